package io.riacho.mqtt.connection;

import io.netty.buffer.ByteBuf;
import io.riacho.mqtt.broker.Broker;
import io.riacho.mqtt.broker.Session;
import io.riacho.mqtt.packet.BadPacketException;
import io.riacho.mqtt.packet.ConnectPacket;
import io.riacho.mqtt.packet.FrameReader;
import io.riacho.mqtt.packet.PacketWriter;
import io.riacho.mqtt.packet.ReasonCode;
import io.riacho.mqtt.packet.Version;
import io.riacho.mqtt.session.SessionChange;
import io.riacho.mqtt.spi.Authenticator;
import io.riacho.mqtt.spi.Authorizer;
import io.riacho.mqtt.spi.MqttLimits;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The way from CONNECT to CONNACK: is the packet acceptable, who is it, may it leave its will, does it
/// get its session, and is what it was promised stored. On the connection's event loop; each question may
/// be answered later, and the connection may be gone by then.
final class Handshake {

    private static final Logger LOG = LoggerFactory.getLogger(Handshake.class);

    /// A CONNACK of MQTT 5 that says nothing but its code.
    private static final int REFUSAL_BYTES = 5;

    private final MqttConnection connection;
    private final Broker broker;
    private @Nullable ConnectPacket packet;
    private boolean idAssigned;

    Handshake(MqttConnection connection, Broker broker) {
        this.connection = connection;
        this.broker = broker;
    }

    /// The CONNECT, once it was read.
    @Nullable ConnectPacket packet() {
        return packet;
    }

    boolean startsClean() {
        return packet != null && packet.cleanStart();
    }

    /// Takes a CONNECT.
    void connect(FrameReader frames, ByteBuf in) {
        int start = frames.start();
        int end = frames.end();
        int level;
        try {
            level = ConnectPacket.level(in, start, end);
        } catch (BadPacketException e) {
            connection.closeUnanswered(e.reason());
            return;
        }
        Version version = ConnectValidator.answeredIn(level);
        connection.client().speaks(version);
        if (level != version.level()) {
            refuse(
                    ReasonCode.UNSUPPORTED_PROTOCOL_VERSION,
                    "protocol level " + level + "; 4 (MQTT 3.1.1) and 5 are spoken");
            return;
        }
        frames.speaks(version);
        ConnectPacket read;
        try {
            read = ConnectPacket.read(in, start, end, version);
        } catch (BadPacketException e) {
            refuse(e.code(), e.reason());
            return;
        }
        packet = read;
        Authenticator.Refused refused = ConnectValidator.refusal(read, version, broker.limits());
        if (refused != null) {
            refuse(refused.code(), refused.reason());
        } else if (broker.isStopping()) {
            refuse(ReasonCode.SERVER_UNAVAILABLE, "the server is stopping");
        } else {
            connection.connecting(read.clientId());
            authenticate(read);
        }
    }

    private void authenticate(ConnectPacket read) {
        Authenticator.Request request =
                new Authenticator.Request(
                        connection.client().listener(),
                        connection.client().remoteAddress(),
                        read.version(),
                        read.clientId(),
                        read.userName(),
                        read.password(),
                        ConnectValidator.certificates(connection.channel()));
        connection
                .ports()
                .authenticator()
                .authenticate(
                        request, decision -> connection.onLoop(() -> decided(read, decision)));
    }

    private void decided(ConnectPacket read, Authenticator.Decision decision) {
        if (!connection.isConnecting()) {
            return;
        }
        switch (decision) {
            case Authenticator.Refused refused -> refuse(refused.code(), refused.reason());
            case Authenticator.Accepted accepted -> accept(read, accepted);
        }
    }

    private void accept(ConnectPacket read, Authenticator.Accepted accepted) {
        String id = read.clientId();
        if (id.isEmpty()) {
            String given = accepted.clientId();
            id = given == null ? "auto-" + UUID.randomUUID() : given;
            idAssigned = true;
        }
        connection.client().identified(id, accepted.identity());
        ConnectPacket.Will will = read.will();
        if (will != null && !mayLeave(will)) {
            refuse(ReasonCode.NOT_AUTHORIZED, "no will on " + will.topic() + " is allowed");
        } else if (!broker.acquire(connection)) {
            refuse(ReasonCode.QUOTA_EXCEEDED, "the server has as many sessions as it takes");
        }
    }

    private boolean mayLeave(ConnectPacket.Will will) {
        Authorizer authorizer = connection.ports().authorizer();
        return authorizer.mayWill(connection.client(), will.topic())
                && (!will.retain() || authorizer.mayRetain(connection.client(), will.topic()));
    }

    /// The session is the connection's.
    void begin(Session session) {
        ConnectPacket read = packet;
        if (!connection.isConnecting() || read == null) {
            session.release(connection, null);
            return;
        }
        boolean wasDurable = session.isDurable();
        long seconds =
                Math.min(read.sessionExpirySeconds(), broker.limits().sessionExpirySecondsMax());
        boolean present = session.begin(read.cleanStart(), seconds);
        PacketDispatcher dispatcher = new PacketDispatcher(connection, broker, session, read);
        connection.began(session, dispatcher);
        List<SessionChange> changes = List.of();
        if (seconds > 0) {
            changes = List.of(new SessionChange.Opened(session.clientId(), !present, seconds));
        } else if (wasDurable) {
            changes = List.of(new SessionChange.Removed(session.clientId()));
        }
        dispatcher.writes().whenStored(changes, () -> accepted(session, dispatcher, read, present));
    }

    private void accepted(
            Session session, PacketDispatcher dispatcher, ConnectPacket read, boolean present) {
        int seconds = agreedKeepAliveSeconds(read);
        boolean shortened = seconds != read.keepAliveSeconds();
        if (!announce(session, read, present, shortened ? seconds : -1)) {
            refuse(ReasonCode.PACKET_TOO_LARGE, "the client takes no packet as large as CONNACK");
            return;
        }
        if (seconds > 0) {
            dispatcher.watch(
                    new KeepAlive(
                            connection.loop(),
                            seconds,
                            connection.decoder()::isPaused,
                            connection::keepAliveMissed));
        }
        connection.connected(session, seconds, present);
    }

    /// What the client asked for, or the longest that is granted [MQTT-3.2.2-21].
    private int agreedKeepAliveSeconds(ConnectPacket read) {
        int asked = read.keepAliveSeconds();
        int most = broker.limits().fixed().keepAliveSecondsMax();
        boolean tooLong = most > 0 && (asked == 0 || asked > most);
        return read.version() == Version.MQTT_5 && tooLong ? most : asked;
    }

    /// @return false when the client takes no packet that large [MQTT-3.1.2-24], and nothing is written
    private boolean announce(
            Session session, ConnectPacket read, boolean present, int serverKeepAliveSeconds) {
        MqttLimits limits = broker.limits();
        boolean expiresEarlier = session.expirySeconds() < read.sessionExpirySeconds();
        ByteBuf out = connection.out(128);
        int start = out.writerIndex();
        PacketWriter.connack(
                out,
                read.version(),
                present,
                ReasonCode.SUCCESS,
                new PacketWriter.Announcement(
                        expiresEarlier ? session.expirySeconds() : -1,
                        limits.receiveMax(),
                        limits.packetBytesMax(),
                        limits.fixed().topicAliasMax(),
                        serverKeepAliveSeconds,
                        idAssigned ? session.clientId() : null,
                        null));
        boolean fits = out.writerIndex() - start <= read.packetBytesMax();
        if (!fits) {
            out.writerIndex(start);
        }
        return fits;
    }

    /// Answers a CONNECT with an error, where the version has one, and closes.
    private void refuse(ReasonCode code, String reason) {
        broker.counters().refused();
        LOG.debug("CONNECT at {} refused: {}", connection.client().listener(), reason);
        Version version = connection.client().version();
        boolean fits = packet == null || packet.packetBytesMax() >= REFUSAL_BYTES;
        if (version == Version.MQTT_5 ? fits : code.returnCode311() >= 0) {
            String fitting = reasonThatFits(reason);
            PacketWriter.Announcement announcement =
                    fitting == null
                            ? PacketWriter.Announcement.NONE
                            : PacketWriter.Announcement.reason(fitting);
            PacketWriter.connack(connection.out(64), version, false, code, announcement);
        }
        connection.refused(code, reason);
    }

    /// The reason to put into an acknowledgement: null when the client does not want any
    /// [MQTT-3.1.2-29].
    @Nullable String reasonInAck(@Nullable String reason) {
        return packet != null && packet.requestProblemInfo() ? reasonThatFits(reason) : null;
    }

    /// Null when the packet with it might be larger than the client takes [MQTT-3.2.2-19].
    @Nullable String reasonThatFits(@Nullable String reason) {
        return packet == null || reason == null || packet.takesReason(reason) ? reason : null;
    }
}
