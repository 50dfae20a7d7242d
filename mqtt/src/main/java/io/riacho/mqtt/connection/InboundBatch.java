package io.riacho.mqtt.connection;

import io.netty.buffer.ByteBuf;
import io.riacho.mqtt.broker.Fanout;
import io.riacho.mqtt.packet.PublishProperties;
import io.riacho.mqtt.packet.Qos;
import io.riacho.mqtt.packet.ReasonCode;
import io.riacho.mqtt.session.SessionStore;
import io.riacho.mqtt.spi.Client;
import io.riacho.mqtt.spi.PublishBatch;
import java.util.Arrays;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/// Holds the PUBLISHes of one read in columns, and the answers that are due, in order. Pooled by
/// [InboundPublishes] and used again, its arrays with it. On the connection's event loop, but for what the
/// taker of a [PublishBatch] calls.
final class InboundBatch implements PublishBatch, Runnable, SessionStore.Completion {

    /// The stations of a batch on its way.
    enum Phase {
        FILLING,
        OFFERED,
        ANSWERED,
        STORING,
        STORED
    }

    private static final int CAPACITY_FIRST = 16;
    private static final int CAPACITY_KEPT = 4096;

    /// What a message takes in the columns.
    private static final int MESSAGE_OVERHEAD_BYTES = 48;

    private final InboundPublishes owner;

    private int size;
    private CachedTopic[] topics = new CachedTopic[CAPACITY_FIRST];
    private ByteBuf[] buffers = new ByteBuf[CAPACITY_FIRST];
    private int[] starts = new int[CAPACITY_FIRST];
    private int[] lengths = new int[CAPACITY_FIRST];
    private byte[] headers = new byte[CAPACITY_FIRST];
    private @Nullable PublishProperties[] properties = new @Nullable PublishProperties[0];
    private @Nullable ReasonCode[] refusals = new @Nullable ReasonCode[0];
    private @Nullable String[] reasons = new @Nullable String[0];
    private long payloadBytes;

    /// What its messages count against the limit of what is pending.
    private long weightBytes;

    /// What is to be answered, in order: type, packet id, and the publish it is about or -1.
    private int acks;

    private byte[] ackTypes = new byte[CAPACITY_FIRST];
    private char[] ackIds = new char[CAPACITY_FIRST];
    private int[] ackOf = new int[CAPACITY_FIRST];
    private @Nullable ReasonCode[] ackCodes = new @Nullable ReasonCode[0];

    /// Each buffer is retained once for the batch.
    private @Nullable ByteBuf lastBuffer;

    private Phase phase = Phase.FILLING;
    private @Nullable Failure failure;
    private @Nullable Fanout fanout;

    /// What else waits for its turn in the line, and what it weighs.
    private @Nullable Turn action;

    /// Something that takes its turn in the line of what the client sent, and says when it is done.
    interface Turn {
        void begin(Runnable done);
    }

    private int actionBytes;

    InboundBatch(InboundPublishes owner) {
        this.owner = owner;
    }

    // ---- for the taker

    @Override
    public int size() {
        return size;
    }

    @Override
    public Client client() {
        return owner.client();
    }

    @Override
    public String topic(int index) {
        return topics[index].name();
    }

    @Override
    public @Nullable Object topicAttachment(int index) {
        return topics[index].attachment();
    }

    @Override
    public void attachToTopic(int index, Object attachment) {
        topics[index].attach(attachment);
    }

    @Override
    public Qos qos(int index) {
        return Qos.of(headers[index] >> 1 & 3);
    }

    @Override
    public boolean dup(int index) {
        return (headers[index] & 8) != 0;
    }

    @Override
    public boolean retain(int index) {
        return (headers[index] & 1) != 0;
    }

    @Override
    public ByteBuf buffer(int index) {
        return buffers[index];
    }

    @Override
    public int payloadStart(int index) {
        return starts[index];
    }

    @Override
    public int payloadLength(int index) {
        return lengths[index];
    }

    @Override
    public ByteBuf payload(int index) {
        return buffers[index].slice(starts[index], lengths[index]);
    }

    @Override
    public long payloadBytes() {
        return payloadBytes;
    }

    @Override
    public @Nullable PublishProperties properties(int index) {
        return index < properties.length ? properties[index] : null;
    }

    @Override
    public void refuse(int index, ReasonCode code, String reason) {
        if (refusals.length <= index) {
            refusals = Arrays.copyOf(refusals, topics.length);
            reasons = Arrays.copyOf(reasons, topics.length);
        }
        refusals[index] = code;
        reasons[index] = reason;
    }

    @Override
    public void durable() {
        answer();
    }

    @Override
    public void failed(Failure why) {
        failure = why;
        answer();
    }

    private void answer() {
        if (owner.isOnLoop()) {
            phase = Phase.ANSWERED;
            owner.progress();
        } else {
            execute();
        }
    }

    private void execute() {
        try {
            owner.loop().execute(this);
        } catch (RejectedExecutionException e) {
            // The server has stopped: nobody is left to be answered.
            recycle();
        }
    }

    /// For the event loop.
    @Override
    public void run() {
        phase = phase == Phase.STORING ? Phase.STORED : Phase.ANSWERED;
        owner.progress();
    }

    /// For the session store.
    @Override
    public void stored() {
        if (owner.isOnLoop()) {
            phase = Phase.STORED;
            owner.progress();
        } else {
            execute();
        }
    }

    /// For the session store.
    @Override
    public void failed(boolean full, String reason) {
        failure = full ? Failure.FULL : Failure.UNAVAILABLE;
        stored();
    }

    // ---- for the connection

    Phase phase() {
        return phase;
    }

    void phase(Phase next) {
        phase = next;
    }

    @Nullable Failure failure() {
        return failure;
    }

    @Nullable Fanout fanout() {
        return fanout;
    }

    void fanout(Fanout planned) {
        fanout = planned;
    }

    void action(Turn todo, int bytes) {
        action = todo;
        actionBytes = bytes;
    }

    @Nullable Turn action() {
        return action;
    }

    /// What it counts against the limit of what is pending.
    long weightBytes() {
        return weightBytes + actionBytes;
    }

    /// The message that was added counts for all of its packet, and for what came of it.
    ///
    /// @return how much
    long weighs(int packetBytes, @Nullable PublishProperties with) {
        long weight =
                MESSAGE_OVERHEAD_BYTES + packetBytes + (with == null ? 0 : with.weightBytes());
        weightBytes += weight;
        return weight;
    }

    CachedTopic cachedTopic(int index) {
        return topics[index];
    }

    boolean isRefused(int index) {
        return index < refusals.length && refusals[index] != null;
    }

    @Nullable ReasonCode refusal(int index) {
        return index < refusals.length ? refusals[index] : null;
    }

    @Nullable String reason(int index) {
        return index < reasons.length ? reasons[index] : null;
    }

    boolean isEmpty() {
        return acks == 0 && size == 0;
    }

    /// Adds a message.
    ///
    /// @return its index
    @SuppressWarnings("ReferenceEquality") // the same buffer, not the same bytes
    int add(
            CachedTopic topic,
            int header,
            ByteBuf in,
            int start,
            int length,
            @Nullable PublishProperties with) {
        if (size == topics.length) {
            grow();
        }
        if (in != lastBuffer) {
            in.retain();
            lastBuffer = in;
        }
        int index = size++;
        topics[index] = topic;
        headers[index] = (byte) header;
        buffers[index] = in;
        starts[index] = start;
        lengths[index] = length;
        payloadBytes += length;
        if (with != null) {
            if (properties.length <= index) {
                properties = Arrays.copyOf(properties, topics.length);
            }
            properties[index] = with;
        }
        return index;
    }

    private void grow() {
        int room = size * 2;
        topics = Arrays.copyOf(topics, room);
        buffers = Arrays.copyOf(buffers, room);
        starts = Arrays.copyOf(starts, room);
        lengths = Arrays.copyOf(lengths, room);
        headers = Arrays.copyOf(headers, room);
    }

    /// Adds an answer.
    ///
    /// @param of the message that it acknowledges, or -1
    /// @param code null: what became of the message
    void addAck(int type, int packetId, int of, @Nullable ReasonCode code) {
        if (acks == ackTypes.length) {
            ackTypes = Arrays.copyOf(ackTypes, acks * 2);
            ackIds = Arrays.copyOf(ackIds, acks * 2);
            ackOf = Arrays.copyOf(ackOf, acks * 2);
        }
        ackTypes[acks] = (byte) type;
        ackIds[acks] = (char) packetId;
        ackOf[acks] = of;
        if (code != null) {
            if (ackCodes.length <= acks) {
                ackCodes = Arrays.copyOf(ackCodes, ackTypes.length);
            }
            ackCodes[acks] = code;
        }
        acks++;
    }

    int acks() {
        return acks;
    }

    int ackType(int ack) {
        return ackTypes[ack];
    }

    int ackId(int ack) {
        return ackIds[ack];
    }

    int ackOf(int ack) {
        return ackOf[ack];
    }

    @Nullable ReasonCode ackCode(int ack) {
        return ack < ackCodes.length ? ackCodes[ack] : null;
    }

    /// Gives the buffers back and empties the batch for its next use.
    ///
    /// @return false when it has grown too large to be kept
    @SuppressWarnings("ReferenceEquality") // the same buffer, not the same bytes
    boolean recycle() {
        ByteBuf last = null;
        for (int i = 0; i < size; i++) {
            if (buffers[i] != last) {
                last = buffers[i];
                last.release();
            }
        }
        boolean kept = topics.length <= CAPACITY_KEPT && ackTypes.length <= CAPACITY_KEPT;
        size = 0;
        acks = 0;
        payloadBytes = 0;
        weightBytes = 0;
        lastBuffer = null;
        Arrays.fill(properties, null);
        Arrays.fill(refusals, null);
        Arrays.fill(reasons, null);
        Arrays.fill(ackCodes, null);
        phase = Phase.FILLING;
        failure = null;
        fanout = null;
        action = null;
        actionBytes = 0;
        return kept;
    }
}
