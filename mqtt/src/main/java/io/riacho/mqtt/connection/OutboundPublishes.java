package io.riacho.mqtt.connection;

import io.netty.buffer.ByteBuf;
import io.netty.util.collection.IntObjectHashMap;
import io.riacho.mqtt.broker.Broker;
import io.riacho.mqtt.broker.Delivery;
import io.riacho.mqtt.broker.Session;
import io.riacho.mqtt.packet.AckPacket;
import io.riacho.mqtt.packet.BadPacketException;
import io.riacho.mqtt.packet.ConnectPacket;
import io.riacho.mqtt.packet.PacketType;
import io.riacho.mqtt.packet.PacketWriter;
import io.riacho.mqtt.packet.PublishProperties;
import io.riacho.mqtt.packet.Qos;
import io.riacho.mqtt.packet.ReasonCode;
import io.riacho.mqtt.packet.Version;
import io.riacho.mqtt.session.Message;
import io.riacho.mqtt.session.SessionChange;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The messages that go to one client, until it acknowledges them: the window of those in flight, topic
/// aliases, expiry, and the client's limits. On the connection's event loop.
final class OutboundPublishes {

    private static final byte[] NO_TOPIC = new byte[0];

    /// What is written before the socket is asked whether it takes more.
    private static final int CHUNK_BYTES = 32 * 1024;

    private final MqttConnection connection;
    private final Broker broker;
    private final Session session;
    private final SessionWrites writes;
    private final Version version;
    private final int windowMax;
    private final int packetBytesMax;
    private final int topicAliasMax;
    private final IntObjectHashMap<Delivery> inFlight = new IntObjectHashMap<>(8);
    private final Map<String, Integer> aliases = new HashMap<>(0);
    private List<SessionChange> acked = new ArrayList<>(0);

    OutboundPublishes(
            MqttConnection connection,
            Broker broker,
            Session session,
            SessionWrites writes,
            ConnectPacket connect) {
        this.connection = connection;
        this.broker = broker;
        this.session = session;
        this.writes = writes;
        this.version = connect.version();
        this.windowMax = Math.min(connect.receiveMax(), broker.limits().sendMax());
        this.packetBytesMax = connect.packetBytesMax();
        this.topicAliasMax =
                Math.min(connect.topicAliasMax(), broker.limits().fixed().topicAliasMax());
    }

    /// Sends what waits, as long as the socket takes it and the window is open.
    ///
    /// @return whether anything was written
    boolean drain() {
        long now = broker.nowMillis();
        int messages = 0;
        ByteBuf out = connection.out(0);
        while (true) {
            if (out.readableBytes() >= CHUNK_BYTES) {
                connection.write();
                out = connection.out(0);
            }
            if (!connection.isWritable()) {
                session.pauseDraining();
                break;
            }
            Delivery next = session.poll(inFlight.size() < windowMax, oldestSequence());
            if (next == null) {
                break;
            }
            if (send(next, out, now)) {
                messages++;
            }
        }
        connection.counters().sent(messages);
        return out.isReadable() || messages > 0;
    }

    private long oldestSequence() {
        Deque<Delivery> unacked = session.unacked();
        while (true) {
            Delivery oldest = unacked.peek();
            if (oldest == null) {
                return 0;
            }
            if (!oldest.isAcked()) {
                return oldest.sequence();
            }
            unacked.remove();
        }
    }

    private boolean send(Delivery delivery, ByteBuf out, long now) {
        if (delivery.isReleased()) {
            fly(delivery);
            ack(out, PacketType.PUBREL, delivery.packetId(), ReasonCode.SUCCESS);
            return false;
        }
        Message message = delivery.message();
        if (message.isExpired(now) && !delivery.isSentBefore()) {
            lose(delivery, ReasonCode.UNSPECIFIED_ERROR);
            return false;
        }
        boolean written = write(delivery, message, out, now);
        if (!written) {
            // The client will not take it: as if it were delivered [MQTT-3.1.2-25].
            lose(delivery, ReasonCode.PACKET_TOO_LARGE);
        } else if (delivery.qos() == Qos.AT_MOST_ONCE) {
            delivery.delivered(session.clientId());
        } else {
            delivery.markSentBefore();
            fly(delivery);
        }
        return written;
    }

    private void fly(Delivery delivery) {
        inFlight.put(delivery.packetId(), delivery);
        session.unacked().add(delivery);
    }

    private boolean write(Delivery delivery, Message message, ByteBuf out, long now) {
        byte[] topic = message.topicBytes();
        int alias = 0;
        if (topicAliasMax > 0) {
            Integer known = aliases.get(message.topic());
            if (known != null) {
                alias = known;
                topic = NO_TOPIC;
            } else if (aliases.size() < topicAliasMax) {
                alias = aliases.size() + 1;
            }
        }
        long expirySeconds = PublishProperties.NO_EXPIRY;
        if (message.expiresAtMillis() != Message.NEVER) {
            expirySeconds = Math.max(0, (message.expiresAtMillis() - now + 999) / 1000);
        }
        boolean written =
                PacketWriter.publish(
                        out,
                        version,
                        delivery.isSentBefore(),
                        delivery.qos(),
                        delivery.retain(),
                        topic,
                        delivery.qos() == Qos.AT_MOST_ONCE ? 0 : delivery.packetId(),
                        version == Version.MQTT_5 ? message.commonProperties() : NO_TOPIC,
                        expirySeconds,
                        delivery.subscriptionIds(),
                        alias,
                        message.payload(),
                        packetBytesMax);
        if (written && alias > aliases.size()) {
            aliases.put(message.topic(), alias);
        }
        return written;
    }

    private void lose(Delivery delivery, ReasonCode code) {
        session.countDropped();
        acked(delivery);
        delivery.dropped(session.clientId(), code);
    }

    private void acked(Delivery delivery) {
        delivery.markAcked();
        if (delivery.isStored()) {
            acked.add(new SessionChange.Settled(session.clientId(), delivery.sequence()));
        }
    }

    /// Stores what was acked since the last time.
    void storeAcked() {
        if (!acked.isEmpty()) {
            List<SessionChange> changes = acked;
            acked = new ArrayList<>(0);
            broker.storeQuietly(changes);
        }
    }

    void puback(ByteBuf in, int start, int end) throws BadPacketException {
        int ack = AckPacket.read(in, PacketType.PUBACK, start, end, version);
        Delivery delivery = inFlight.get(AckPacket.packetId(ack));
        if (delivery == null) {
            return;
        }
        if (delivery.qos() != Qos.AT_LEAST_ONCE) {
            throw new BadPacketException(
                    ReasonCode.PROTOCOL_ERROR, "a PUBACK for a message of QoS 2");
        }
        conclude(delivery, AckPacket.code(ack));
    }

    void pubrec(ByteBuf in, int start, int end) throws BadPacketException {
        int ack = AckPacket.read(in, PacketType.PUBREC, start, end, version);
        int id = AckPacket.packetId(ack);
        Delivery delivery = inFlight.get(id);
        if (delivery == null) {
            ack(connection.out(8), PacketType.PUBREL, id, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND);
            return;
        }
        if (delivery.qos() != Qos.EXACTLY_ONCE) {
            throw new BadPacketException(
                    ReasonCode.PROTOCOL_ERROR, "a PUBREC for a message of QoS 1");
        }
        if (AckPacket.code(ack) >= 0x80) {
            conclude(delivery, AckPacket.code(ack));
            return;
        }
        delivery.markReleased();
        if (!delivery.isStored()) {
            ack(connection.out(4), PacketType.PUBREL, id, ReasonCode.SUCCESS);
            return;
        }
        writes.whenStored(
                List.of(new SessionChange.Released(session.clientId(), delivery.sequence())),
                () -> ack(connection.out(4), PacketType.PUBREL, id, ReasonCode.SUCCESS));
    }

    void pubcomp(ByteBuf in, int start, int end) throws BadPacketException {
        int ack = AckPacket.read(in, PacketType.PUBCOMP, start, end, version);
        Delivery delivery = inFlight.get(AckPacket.packetId(ack));
        if (delivery == null) {
            return;
        }
        if (delivery.qos() != Qos.EXACTLY_ONCE || !delivery.isReleased()) {
            throw new BadPacketException(
                    ReasonCode.PROTOCOL_ERROR, "a PUBCOMP for a message that was not released");
        }
        conclude(delivery, ReasonCode.SUCCESS.code());
    }

    /// The client is done with a message: it took it, or will not have it, which counts the same
    /// [MQTT-4.4.0-2].
    private void conclude(Delivery delivery, int code) {
        inFlight.remove(delivery.packetId());
        acked(delivery);
        ReasonCode reason = ReasonCode.of(code);
        if (code < 0x80) {
            delivery.delivered(session.clientId());
        } else {
            session.countDropped();
            delivery.dropped(
                    session.clientId(), reason == null ? ReasonCode.UNSPECIFIED_ERROR : reason);
        }
    }

    private void ack(ByteBuf out, int type, int id, ReasonCode code) {
        PacketWriter.ack(out, version, type, id, code, null);
    }
}
