package io.riacho.mqtt.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.EventLoop;
import io.riacho.mqtt.broker.Broker;
import io.riacho.mqtt.broker.Fanout;
import io.riacho.mqtt.broker.Session;
import io.riacho.mqtt.packet.AckPacket;
import io.riacho.mqtt.packet.BadPacketException;
import io.riacho.mqtt.packet.PacketType;
import io.riacho.mqtt.packet.PacketWriter;
import io.riacho.mqtt.packet.PublishFrame;
import io.riacho.mqtt.packet.Qos;
import io.riacho.mqtt.packet.ReasonCode;
import io.riacho.mqtt.packet.Version;
import io.riacho.mqtt.session.Message;
import io.riacho.mqtt.spi.Client;
import io.riacho.mqtt.spi.MqttLimits;
import io.riacho.mqtt.spi.PublishBatch;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The messages that come from one client, until they are acknowledged.
///
/// What one read of the socket brings becomes one batch: PUBLISHes, and the PUBRELs between them, since
/// both are answered in order [MQTT-4.6.0-2, MQTT-4.6.0-4]. Batches wait in a line and only its head
/// moves: offered → answered (durable) → what must outlive a crash stored → handed to subscribers and
/// acknowledged. So acknowledgements keep the order of the PUBLISHes whoever answers first, and a
/// subscriber never sees what a crash could still take back.
///
/// A QoS 2 packet id counts as received once its message is durable, and the set of received ids is
/// stored before PUBREC goes out, its removal before PUBCOMP: a crash between any two packets neither
/// loses the message nor takes it twice.
///
/// On the connection's event loop, but for what [InboundBatch] says.
final class InboundPublishes {

    private static final Logger LOG = LoggerFactory.getLogger(InboundPublishes.class);

    /// A batch of more is offered before the read is over.
    private static final int BATCH_MESSAGES_MAX = 1024;

    private static final int POOLED_MAX = 4;

    private final MqttConnection connection;
    private final Broker broker;
    private final Session session;
    private final Version version;
    private final PublishFrame frame = new PublishFrame();
    private final InboundTopics topics;

    private final Deque<InboundBatch> line = new ArrayDeque<>(4);
    private final Deque<InboundBatch> pool = new ArrayDeque<>(POOLED_MAX);
    private @Nullable InboundBatch filling;
    private boolean offering;
    private boolean progressing;

    /// QoS 2 ids in the line, which are not yet received for good.
    private final BitSet arriving = new BitSet(0);

    private int unacknowledged;

    /// QoS 2 ids that came by this connection and are received for good: each new connection has the whole
    /// quota (4.9), whatever the client has not released of earlier ones.
    private final BitSet receivedHere = new BitSet(0);

    private int received;

    private long pendingBytes;

    InboundPublishes(MqttConnection connection, Broker broker, Session session) {
        this.connection = connection;
        this.broker = broker;
        this.session = session;
        this.version = connection.client().version();
        this.topics = new InboundTopics(connection, broker.limits());
    }

    Client client() {
        return connection.client();
    }

    boolean isOnLoop() {
        return loop().inEventLoop();
    }

    EventLoop loop() {
        return connection.loop();
    }

    /// Nothing that was taken from the client waits for its answer.
    boolean isQuiet() {
        return line.isEmpty() && filling == null;
    }

    /// The client has sent as much as may wait: nothing more is to be read for now.
    boolean isFull() {
        MqttLimits limits = broker.limits();
        return pendingBytes > limits.pendingBytesMax()
                || (version == Version.MQTT_3_1_1 && unacknowledged >= limits.receiveMax());
    }

    // ---- from the client

    void publish(ByteBuf in, int header, int start, int end) throws BadPacketException {
        frame.read(in, header, start, end, version);
        CachedTopic topic = topics.of(in, frame);
        Qos qos = frame.qos();
        int id = frame.packetId();
        if (qos == Qos.EXACTLY_ONCE && (session.received().get(id) || arriving.get(id))) {
            // It was taken before [MQTT-4.3.3-10]: only the answer was lost.
            filling().addAck(PacketType.PUBREC, id, -1, null);
            return;
        }
        if (qos != Qos.AT_MOST_ONCE) {
            takeQuota();
        }
        ReasonCode refusal = refusal(topic);
        if (refusal != null) {
            refuse(qos, id, refusal, topic.name());
            return;
        }
        InboundBatch batch = filling();
        int index =
                batch.add(
                        topic,
                        header,
                        in,
                        frame.payloadStart(),
                        frame.payloadBytes(),
                        frame.properties());
        pendingBytes += batch.weighs(end - start, frame.properties());
        if (qos == Qos.AT_LEAST_ONCE) {
            batch.addAck(PacketType.PUBACK, id, index, null);
        } else if (qos == Qos.EXACTLY_ONCE) {
            arriving.set(id);
            batch.addAck(PacketType.PUBREC, id, index, null);
        }
        if (batch.size() >= BATCH_MESSAGES_MAX) {
            submit();
        }
    }

    private void takeQuota() throws BadPacketException {
        if (version == Version.MQTT_5
                && unacknowledged + received >= broker.limits().receiveMax()) {
            throw new BadPacketException(
                    ReasonCode.RECEIVE_MAXIMUM_EXCEEDED,
                    "more than "
                            + broker.limits().receiveMax()
                            + " messages of QoS 1 and 2 are unacknowledged");
        }
        unacknowledged++;
    }

    private @Nullable ReasonCode refusal(CachedTopic topic) {
        if (topic.refusal() != null) {
            return topic.refusal();
        }
        if (frame.retain()) {
            if (!connection.ports().authorizer().mayRetain(connection.client(), topic.name())) {
                return ReasonCode.NOT_AUTHORIZED;
            }
            if (frame.payloadBytes() > 0 && !broker.mayRetain(topic.name(), weightBytes(topic))) {
                return ReasonCode.QUOTA_EXCEEDED;
            }
        }
        return null;
    }

    private int weightBytes(CachedTopic topic) {
        return Message.weightBytes(
                ByteBufUtil.utf8Bytes(topic.name()), frame.payloadBytes(), frame.properties());
    }

    private void refuse(Qos qos, int id, ReasonCode code, String topic) throws BadPacketException {
        if (version == Version.MQTT_3_1_1) {
            // There is no way to say no: the connection is closed [MQTT-3.3.5-2].
            throw new BadPacketException(code, "PUBLISH on " + topic + " is refused");
        }
        if (qos != Qos.AT_MOST_ONCE) {
            int type = qos == Qos.AT_LEAST_ONCE ? PacketType.PUBACK : PacketType.PUBREC;
            filling().addAck(type, id, -1, code);
        }
    }

    void pubrel(ByteBuf in, int start, int end) throws BadPacketException {
        int ack = AckPacket.read(in, PacketType.PUBREL, start, end, version);
        filling().addAck(PacketType.PUBCOMP, AckPacket.packetId(ack), -1, null);
    }

    private InboundBatch filling() {
        InboundBatch batch = filling;
        if (batch == null) {
            batch = pool.poll();
            if (batch == null) {
                batch = new InboundBatch(this);
            }
            filling = batch;
        }
        return batch;
    }

    /// Does something when all that came before it is done, and before anything that comes after it: a
    /// SUBSCRIBE sees what was retained before it, and a PUBLISH behind it sees the subscription.
    ///
    /// @param todo begins, unless the connection has ended by then
    /// @param bytes what it weighs while it waits
    void inOrder(InboundBatch.Turn todo, int bytes) {
        submit();
        InboundBatch batch = filling();
        filling = null;
        batch.action(todo, bytes);
        batch.phase(InboundBatch.Phase.ANSWERED);
        pendingBytes += bytes;
        line.add(batch);
        progress();
    }

    /// The read is over: offers what it brought.
    void submit() {
        InboundBatch batch = filling;
        if (batch == null) {
            return;
        }
        filling = null;
        line.add(batch);
        connection.counters().received(batch.size());
        if (batch.size() == 0) {
            batch.phase(InboundBatch.Phase.ANSWERED);
        } else {
            batch.phase(InboundBatch.Phase.OFFERED);
            offering = true;
            boolean room = true;
            try {
                room = connection.ports().publishHandler().offer(batch);
            } catch (RuntimeException e) {
                LOG.error("The PublishHandler threw instead of answering: a fault in it", e);
                batch.failed(PublishBatch.Failure.UNAVAILABLE);
            } finally {
                offering = false;
            }
            if (!room) {
                connection.decoder().intakeIsFull();
            }
        }
        progress();
    }

    // ---- to the client

    /// Moves the line as far as it goes.
    void progress() {
        if (offering || progressing) {
            return;
        }
        progressing = true;
        try {
            while (true) {
                InboundBatch head = line.peek();
                if (head == null || !move(head)) {
                    break;
                }
            }
        } finally {
            progressing = false;
        }
        connection.progressed();
    }

    /// @return whether the head left the line
    private boolean move(InboundBatch head) {
        return switch (head.phase()) {
            case FILLING, OFFERED, STORING -> false;
            case ANSWERED -> {
                if (head.failure() != null) {
                    fail(head);
                    yield true;
                }
                head.phase(InboundBatch.Phase.STORING);
                InboundBatch.Turn action = head.action();
                if (action != null) {
                    begin(head, action);
                } else {
                    Fanout fanout = FanoutPlanner.plan(head, broker, session);
                    if (fanout == null) {
                        finish(head);
                        yield true;
                    }
                    head.fanout(fanout);
                }
                yield head.phase() == InboundBatch.Phase.STORED && move(head);
            }
            case STORED -> {
                if (head.failure() != null) {
                    fail(head);
                } else {
                    finish(head);
                }
                yield true;
            }
        };
    }

    private void finish(InboundBatch batch) {
        Fanout fanout = batch.fanout();
        if (fanout != null) {
            broker.deliver(fanout);
        }
        int acks = batch.acks();
        if (acks > 0) {
            ByteBuf out = connection.isOpen() ? connection.out(acks * 4) : null;
            for (int ack = 0; ack < acks; ack++) {
                acknowledge(batch, ack, out);
            }
        }
        leaveLine(batch);
    }

    private void begin(InboundBatch batch, InboundBatch.Turn action) {
        Runnable done =
                () -> {
                    batch.phase(InboundBatch.Phase.STORED);
                    progress();
                };
        if (connection.isOpen()) {
            action.begin(done);
        } else {
            done.run();
        }
    }

    /// @param out null when the connection is gone: what was received is still remembered
    private void acknowledge(InboundBatch batch, int ack, @Nullable ByteBuf out) {
        int type = batch.ackType(ack);
        int id = batch.ackId(ack);
        int of = batch.ackOf(ack);
        ReasonCode code = batch.ackCode(ack);
        String reason = null;
        if (of >= 0 && batch.refusal(of) != null) {
            code = batch.refusal(of);
            reason = batch.reason(of);
        }
        boolean refused = code != null;
        switch (type) {
            case PacketType.PUBACK -> unacknowledged--;
            case PacketType.PUBREC -> {
                if (of >= 0) {
                    arriving.clear(id);
                    unacknowledged--;
                    if (!refused) {
                        session.received().set(id);
                        receivedHere.set(id);
                        received++;
                    }
                } else if (refused) {
                    unacknowledged--;
                }
            }
            case PacketType.PUBCOMP -> {
                if (session.received().get(id)) {
                    session.received().clear(id);
                    if (receivedHere.get(id)) {
                        receivedHere.clear(id);
                        received--;
                    }
                } else {
                    code = ReasonCode.PACKET_IDENTIFIER_NOT_FOUND;
                }
            }
            default -> throw new IllegalStateException("packet type " + type);
        }
        if (out == null) {
            return;
        }
        boolean cannotSay = code == ReasonCode.NOT_AUTHORIZED || code == ReasonCode.QUOTA_EXCEEDED;
        if (cannotSay && code != null && version == Version.MQTT_3_1_1) {
            connection.end(code, "PUBLISH is refused");
            return;
        }
        PacketWriter.ack(
                out,
                version,
                type,
                id,
                code == null ? ReasonCode.SUCCESS : code,
                connection.reasonInAck(reason));
    }

    private void fail(InboundBatch batch) {
        PublishBatch.Failure failure = batch.failure();
        for (int ack = 0; ack < batch.acks(); ack++) {
            if (batch.ackType(ack) == PacketType.PUBREC && batch.ackOf(ack) >= 0) {
                arriving.clear(batch.ackId(ack));
            }
        }
        Fanout fanout = batch.fanout();
        leaveLine(batch);
        if (fanout != null) {
            broker.withdraw(fanout);
        }
        if (failure != null) {
            connection.endUndurable(failure, "nothing can be made durable now");
        }
    }

    private void leaveLine(InboundBatch batch) {
        line.remove();
        pendingBytes -= batch.weightBytes();
        if (batch.recycle() && pool.size() < POOLED_MAX) {
            pool.add(batch);
        }
    }
}
