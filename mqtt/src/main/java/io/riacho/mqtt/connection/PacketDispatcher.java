package io.riacho.mqtt.connection;

import io.netty.buffer.ByteBuf;
import io.riacho.mqtt.broker.Broker;
import io.riacho.mqtt.broker.Session;
import io.riacho.mqtt.packet.BadPacketException;
import io.riacho.mqtt.packet.ConnectPacket;
import io.riacho.mqtt.packet.DisconnectPacket;
import io.riacho.mqtt.packet.FrameReader;
import io.riacho.mqtt.packet.PacketType;
import io.riacho.mqtt.packet.PacketWriter;
import io.riacho.mqtt.packet.ReasonCode;
import io.riacho.mqtt.session.SessionChange;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Hands each packet of a connected client to the part that it is for, from CONNACK to the connection's
/// end. For the connection's event loop.
final class PacketDispatcher {

    private final MqttConnection connection;
    private final Broker broker;
    private final Session session;
    private final SessionWrites writes;
    private final InboundPublishes inbound;
    private final OutboundPublishes outbound;
    private final SubscriptionRequests requests;
    private ConnectPacket.@Nullable Will will;
    private @Nullable KeepAlive keepAlive;

    PacketDispatcher(
            MqttConnection connection, Broker broker, Session session, ConnectPacket connect) {
        this.connection = connection;
        this.broker = broker;
        this.session = session;
        this.writes = new SessionWrites(connection, broker);
        this.inbound = new InboundPublishes(connection, broker, session);
        this.outbound = new OutboundPublishes(connection, broker, session, writes, connect);
        this.requests =
                new SubscriptionRequests(connection, broker, session, inbound, writes, connect);
        this.will = connect.will();
    }

    /// Takes the packet that was found in a buffer.
    void take(FrameReader frames, ByteBuf in) throws BadPacketException {
        int start = frames.start();
        int end = frames.end();
        switch (frames.type()) {
            case PacketType.PUBLISH -> {
                inbound.publish(in, frames.header(), start, end);
                if (inbound.isFull()) {
                    connection.decoder().regulate();
                }
            }
            case PacketType.PUBACK -> outbound.puback(in, start, end);
            case PacketType.PUBREC -> outbound.pubrec(in, start, end);
            case PacketType.PUBREL -> inbound.pubrel(in, start, end);
            case PacketType.PUBCOMP -> outbound.pubcomp(in, start, end);
            case PacketType.SUBSCRIBE -> requests.subscribe(in, start, end);
            case PacketType.UNSUBSCRIBE -> requests.unsubscribe(in, start, end);
            case PacketType.PINGREQ -> {
                if (start != end) {
                    throw BadPacketException.malformed("a PINGREQ with a body");
                }
                PacketWriter.pingresp(connection.out(2));
            }
            case PacketType.DISCONNECT ->
                    disconnect(
                            DisconnectPacket.read(in, start, end, connection.client().version()));
            case PacketType.CONNECT -> throw BadPacketException.protocolError("a second CONNECT");
            case PacketType.AUTH ->
                    throw BadPacketException.protocolError(
                            "an AUTH, though no authentication method was agreed on");
            default ->
                    throw BadPacketException.protocolError(
                            "packet type " + frames.type() + " is a server's");
        }
    }

    private void disconnect(DisconnectPacket packet) throws BadPacketException {
        long seconds = packet.sessionExpirySeconds();
        if (seconds > 0 && session.expirySeconds() == 0) {
            throw BadPacketException.protocolError(
                    "a session that ends with its connection is to expire later");
        }
        if (seconds >= 0) {
            boolean ends = seconds == 0 && session.isDurable();
            session.expirySeconds(Math.min(seconds, broker.limits().sessionExpirySecondsMax()));
            if (ends) {
                broker.inOrder(() ->
                        broker.storeQuietly(
                                List.of(new SessionChange.Removed(session.clientId()))));
            }
        }
        if (packet.code() == ReasonCode.SUCCESS) {
            will = null;
            connection.leave(packet.code(), "the client disconnected");
        } else {
            connection.leave(packet.code(), "the client disconnected, saying " + packet.code());
        }
    }

    SessionWrites writes() {
        return writes;
    }

    /// What is to be published when the connection ends, or null.
    ConnectPacket.@Nullable Will will() {
        return will;
    }

    /// The client has sent as much as may wait.
    boolean isFull() {
        return inbound.isFull();
    }

    /// Nothing of it waits for the [PublishHandler] or for the store.
    boolean isQuiet() {
        return writes.isQuiet() && inbound.isQuiet();
    }

    /// A read is over: what it brought is offered, and what it acknowledged is stored.
    void readIsOver() {
        inbound.submit();
        outbound.storeAcked();
    }

    /// Sends what waits for the client.
    void drain() {
        if (requests.isPending()) {
            session.pauseDraining();
        } else {
            outbound.drain();
        }
    }

    void storeAcked() {
        outbound.storeAcked();
    }

    void watch(KeepAlive watched) {
        keepAlive = watched;
    }

    /// Something came, or the socket is read again.
    void alive() {
        if (keepAlive != null) {
            keepAlive.alive();
        }
    }

    void end() {
        if (keepAlive != null) {
            keepAlive.stop();
        }
        readIsOver();
    }
}
