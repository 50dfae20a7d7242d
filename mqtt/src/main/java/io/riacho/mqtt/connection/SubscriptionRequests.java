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
import io.riacho.mqtt.session.SessionChange;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

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
    private boolean pending;

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
        inbound.inOrder(done -> attempt(() -> subscribe(packet, done), done), end - start);
    }

    /// Neither SUBACK nor UNSUBACK can be cut: a client that takes none so large has asked too much
    /// [MQTT-3.1.2-24].
    private void mayAnswer(int codes) throws BadPacketException {
        if (codes + ANSWER_OVERHEAD_BYTES > packetBytesMax) {
            throw new BadPacketException(
                    ReasonCode.PACKET_TOO_LARGE, "the client takes no answer to so many filters");
        }
    }

    /// One that is found bad leaves the line, and ends the connection.
    private void attempt(MqttConnection.Step step, Runnable done) {
        try {
            step.run();
        } catch (BadPacketException e) {
            connection.bad(e);
            done.run();
        }
    }

    /// A subscription or its end is on its way to the store: what the subscriber gets by it comes behind
    /// the answer.
    boolean isPending() {
        return pending;
    }

    private void subscribe(SubscribePacket packet, Runnable done) throws BadPacketException {
        mayAnswer(packet.entries().size());
        ReasonCode[] codes = new ReasonCode[packet.entries().size()];
        List<Subscription> granted = new ArrayList<>(codes.length);
        int room =
                broker.limits().fixed().subscriptionsPerSessionMax() - session.subscriptionCount();
        for (int i = 0; i < codes.length; i++) {
            SubscribePacket.Entry entry = packet.entries().get(i);
            boolean another =
                    !session.isSubscribed(entry.filter())
                            && granted.stream()
                                    .noneMatch(each -> each.filter().equals(entry.filter()));
            codes[i] = decide(entry, another && room <= 0);
            if (codes[i].isError()) {
                continue;
            }
            room -= another ? 1 : 0;
            granted.add(
                    new Subscription(
                            session, entry.filter(), entry.options(), packet.subscriptionId()));
        }
        List<Undo> undo = new ArrayList<>(granted.size());
        change(
                plan -> granted.forEach(each -> grant(each, plan, undo)),
                undo,
                () -> {
                    PacketWriter.suback(connection.out(64), version, packet.packetId(), codes);
                    for (Subscription each : granted) {
                        connection.ports().events().subscribed(connection.client(), each.filter());
                    }
                },
                done);
    }

    /// Stores a change of subscriptions, then answers.
    private void change(Consumer<Fanout> plan, List<Undo> undo, Runnable answer, Runnable done) {
        pending = true;
        writes.whenStored(
                plan,
                () -> undo.reversed().forEach(this::takeBack),
                answer,
                () -> {
                    pending = false;
                    done.run();
                    connection.drain();
                });
    }

    private void grant(Subscription subscription, Fanout plan, List<Undo> undo) {
        Subscription earlier = session.subscribe(subscription);
        undo.add(new Undo(subscription.filter(), earlier));
        if (session.isDurable()) {
            plan.add(
                    new SessionChange.Subscribed(
                            session.clientId(),
                            subscription.filter(),
                            subscription.options(),
                            subscription.id()));
        }
        if (wantsRetained(subscription, earlier == null)) {
            plan.addRetained(subscription);
        }
    }

    /// What a filter's subscription was before a change that could not be stored.
    private record Undo(String filter, @Nullable Subscription earlier) {}

    private void takeBack(Undo change) {
        Subscription earlier = change.earlier();
        if (earlier == null) {
            var _ = session.unsubscribe(change.filter());
        } else {
            var _ = session.subscribe(earlier);
        }
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

    void unsubscribe(ByteBuf in, int start, int end) throws BadPacketException {
        UnsubscribePacket packet = UnsubscribePacket.read(in, start, end, version);
        inbound.inOrder(done -> attempt(() -> unsubscribe(packet, done), done), end - start);
    }

    private void unsubscribe(UnsubscribePacket packet, Runnable done) throws BadPacketException {
        mayAnswer(packet.filters().size());
        ReasonCode[] codes = new ReasonCode[packet.filters().size()];
        for (int i = 0; i < codes.length; i++) {
            String filter = packet.filters().get(i);
            codes[i] = ReasonCode.SUCCESS;
            if (!Topics.isFilter(filter, broker.limits().fixed().topicLevelsMax())) {
                if (version == Version.MQTT_3_1_1) {
                    throw new BadPacketException(
                            ReasonCode.TOPIC_FILTER_INVALID, "a topic filter that is not valid");
                }
                codes[i] = ReasonCode.TOPIC_FILTER_INVALID;
            }
        }
        List<Undo> undo = new ArrayList<>(codes.length);
        change(
                plan -> {
                    for (int i = 0; i < codes.length; i++) {
                        if (!codes[i].isError()) {
                            codes[i] = end(packet.filters().get(i), plan, undo);
                        }
                    }
                },
                undo,
                () -> PacketWriter.unsuback(connection.out(64), version, packet.packetId(), codes),
                done);
    }

    private ReasonCode end(String filter, Fanout plan, List<Undo> undo) {
        Subscription earlier = session.unsubscribe(filter);
        if (earlier == null) {
            return ReasonCode.NO_SUBSCRIPTION_EXISTED;
        }
        undo.add(new Undo(filter, earlier));
        if (session.isDurable()) {
            plan.add(new SessionChange.Unsubscribed(session.clientId(), filter));
        }
        return ReasonCode.SUCCESS;
    }
}
