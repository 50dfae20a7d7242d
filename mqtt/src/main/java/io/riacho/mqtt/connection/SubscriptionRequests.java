package io.riacho.mqtt.connection;

import io.netty.buffer.ByteBuf;
import io.riacho.mqtt.broker.Broker;
import io.riacho.mqtt.broker.Fanout;
import io.riacho.mqtt.broker.Session;
import io.riacho.mqtt.broker.Subscription;
import io.riacho.mqtt.packet.BadPacketException;
import io.riacho.mqtt.packet.ConnectPacket;
import io.riacho.mqtt.packet.PacketWriter;
import io.riacho.mqtt.packet.Qos;
import io.riacho.mqtt.packet.ReasonCode;
import io.riacho.mqtt.packet.SubscribePacket;
import io.riacho.mqtt.packet.SubscriptionOptions;
import io.riacho.mqtt.packet.SubscriptionOptions.RetainHandling;
import io.riacho.mqtt.packet.Topics;
import io.riacho.mqtt.packet.UnsubscribePacket;
import io.riacho.mqtt.packet.Version;
import io.riacho.mqtt.session.Message;
import io.riacho.mqtt.session.SessionChange;
import java.util.ArrayList;
import java.util.List;

/// One client's SUBSCRIBEs and UNSUBSCRIBEs. On the connection's event loop.
final class SubscriptionRequests {

    /// What SUBACK and UNSUBACK have besides their codes, at most.
    private static final int ANSWER_OVERHEAD_BYTES = 8;

    private final MqttConnection connection;
    private final Broker broker;
    private final Session session;
    private final InboundPublishes inbound;
    private final SessionWrites writes;
    private final Version version;
    private final int packetBytesMax;

    SubscriptionRequests(
            MqttConnection connection,
            Broker broker,
            Session session,
            InboundPublishes inbound,
            SessionWrites writes,
            ConnectPacket connect) {
        this.connection = connection;
        this.broker = broker;
        this.session = session;
        this.inbound = inbound;
        this.writes = writes;
        this.packetBytesMax = connect.packetBytesMax();
        this.version = connection.client().version();
    }

    void subscribe(ByteBuf in, int start, int end) throws BadPacketException {
        SubscribePacket packet = SubscribePacket.read(in, start, end, version);
        inbound.inOrder(() -> connection.attempt(() -> subscribe(packet)), end - start);
    }

    /// Neither SUBACK nor UNSUBACK can be cut: a client that takes none so large has asked too much
    /// [MQTT-3.1.2-24].
    private void mayAnswer(int codes) throws BadPacketException {
        if (codes + ANSWER_OVERHEAD_BYTES > packetBytesMax) {
            throw new BadPacketException(
                    ReasonCode.PACKET_TOO_LARGE, "the client takes no answer to so many filters");
        }
    }

    private void subscribe(SubscribePacket packet) throws BadPacketException {
        mayAnswer(packet.entries().size());
        ReasonCode[] codes = new ReasonCode[packet.entries().size()];
        List<Subscription> granted = new ArrayList<>(codes.length);
        List<SessionChange> changes = new ArrayList<>(codes.length);
        int room =
                broker.limits().fixed().subscriptionsPerSessionMax() - session.subscriptionCount();
        for (int i = 0; i < codes.length; i++) {
            SubscribePacket.Entry entry = packet.entries().get(i);
            boolean another = !session.isSubscribed(entry.filter());
            codes[i] = decide(entry, another && room <= 0);
            if (codes[i].isError()) {
                continue;
            }
            room -= another ? 1 : 0;
            granted.add(
                    new Subscription(
                            session, entry.filter(), entry.options(), packet.subscriptionId()));
            if (session.isDurable()) {
                changes.add(
                        new SessionChange.Subscribed(
                                session.clientId(),
                                entry.filter(),
                                entry.options(),
                                packet.subscriptionId()));
            }
        }
        writes.whenStored(changes, () -> grant(packet.packetId(), codes, granted));
    }

    private ReasonCode decide(SubscribePacket.Entry entry, boolean full) throws BadPacketException {
        String filter = entry.filter();
        if (!Topics.isFilter(filter, broker.limits().fixed().topicLevelsMax())) {
            if (version == Version.MQTT_3_1_1) {
                throw new BadPacketException(
                        ReasonCode.TOPIC_FILTER_INVALID, "a topic filter that is not valid");
            }
            return ReasonCode.TOPIC_FILTER_INVALID;
        }
        if (Topics.isShared(filter) && entry.options().noLocal()) {
            throw new BadPacketException(
                    ReasonCode.PROTOCOL_ERROR, "No Local on a shared subscription");
        }
        if (!connection
                .ports()
                .authorizer()
                .maySubscribe(connection.client(), Topics.unshared(filter))) {
            return ReasonCode.NOT_AUTHORIZED;
        }
        if (full) {
            return ReasonCode.QUOTA_EXCEEDED;
        }
        return granted(entry.options().qos());
    }

    private static ReasonCode granted(Qos qos) {
        return switch (qos) {
            case AT_MOST_ONCE -> ReasonCode.SUCCESS;
            case AT_LEAST_ONCE -> ReasonCode.GRANTED_QOS_1;
            case EXACTLY_ONCE -> ReasonCode.GRANTED_QOS_2;
        };
    }

    private void grant(int packetId, ReasonCode[] codes, List<Subscription> granted) {
        Fanout retained = new Fanout();
        for (Subscription each : granted) {
            boolean isNew = session.subscribe(each);
            if (wantsRetained(each, isNew)) {
                addRetained(each, retained);
            }
        }
        PacketWriter.suback(connection.out(64), version, packetId, codes);
        for (Subscription each : granted) {
            connection.ports().events().subscribed(connection.client(), each.filter());
        }
        if (retained.targets() > 0) {
            writes.whenStored(retained.changes(), () -> broker.deliver(retained));
        }
    }

    private static boolean wantsRetained(Subscription subscription, boolean isNew) {
        SubscriptionOptions options = subscription.options();
        RetainHandling handling = options.retainHandling();
        return subscription.shareName() == null
                && switch (handling) {
                    case AT_SUBSCRIBE -> true;
                    case AT_NEW_SUBSCRIPTION -> isNew;
                    case NEVER -> false;
                };
    }

    private void addRetained(Subscription subscription, Fanout into) {
        long now = broker.nowMillis();
        broker.forEachRetained(
                subscription.plainFilter(),
                (Message message) -> {
                    if (!message.isExpired(now)) {
                        into.add(message, subscription, true);
                    }
                });
    }

    void unsubscribe(ByteBuf in, int start, int end) throws BadPacketException {
        UnsubscribePacket packet = UnsubscribePacket.read(in, start, end, version);
        inbound.inOrder(() -> connection.attempt(() -> unsubscribe(packet)), end - start);
    }

    private void unsubscribe(UnsubscribePacket packet) throws BadPacketException {
        mayAnswer(packet.filters().size());
        ReasonCode[] codes = new ReasonCode[packet.filters().size()];
        List<SessionChange> changes = new ArrayList<>(codes.length);
        for (int i = 0; i < codes.length; i++) {
            String filter = packet.filters().get(i);
            if (!Topics.isFilter(filter, broker.limits().fixed().topicLevelsMax())) {
                if (version == Version.MQTT_3_1_1) {
                    throw new BadPacketException(
                            ReasonCode.TOPIC_FILTER_INVALID, "a topic filter that is not valid");
                }
                codes[i] = ReasonCode.TOPIC_FILTER_INVALID;
                continue;
            }
            if (!session.unsubscribe(filter)) {
                codes[i] = ReasonCode.NO_SUBSCRIPTION_EXISTED;
                continue;
            }
            codes[i] = ReasonCode.SUCCESS;
            if (session.isDurable()) {
                changes.add(new SessionChange.Unsubscribed(session.clientId(), filter));
            }
        }
        writes.whenStored(
                changes,
                () -> PacketWriter.unsuback(connection.out(64), version, packet.packetId(), codes));
    }
}
