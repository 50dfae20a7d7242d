package io.riacho.mqtt.broker;

import io.riacho.mqtt.packet.Qos;
import io.riacho.mqtt.packet.ReasonCode;
import io.riacho.mqtt.session.Message;
import io.riacho.mqtt.session.SessionImage.Owed;
import io.riacho.mqtt.spi.DeliveryListener;
import org.jspecify.annotations.Nullable;

/// One message on its way to one session. In the session's queue, then in flight.
public final class Delivery {

    static final int[] NO_IDS = new int[0];

    /// What it takes besides its message, with its place in a queue and in flight.
    static final int OVERHEAD_BYTES = 96;

    private final Message message;
    private final Qos qos;
    private final boolean retain;
    private final int[] subscriptionIds;
    private final @Nullable DeliveryListener listener;
    private final @Nullable Subscription shared;

    /// What must be stored before it goes out, or null: the write that brings it, and the one that
    /// brought its message when that was retained.
    private final @Nullable Commit commit;

    private final @Nullable Commit source;

    /// Its number in the session, from 1; 0 for QoS 0.
    private long sequence;

    /// A store holds it: it must be acked there.
    private boolean stored;

    private boolean backlog;

    /// It was found after a crash: nobody knows whether it was ever sent.
    private boolean restored;

    private boolean sentBefore;
    private boolean released;
    private boolean acked;

    Delivery(
            Message message,
            Qos qos,
            boolean retain,
            int[] subscriptionIds,
            @Nullable DeliveryListener listener,
            @Nullable Subscription shared,
            @Nullable Commit commit,
            @Nullable Commit source) {
        this.message = message;
        this.qos = qos;
        this.retain = retain;
        this.subscriptionIds = subscriptionIds.length == 0 ? NO_IDS : subscriptionIds;
        this.listener = listener;
        this.shared = shared;
        this.commit = commit;
        this.source = source;
    }

    /// As a store kept it.
    ///
    /// @param mayHaveBeenSent its client was connected when the process ended
    /// @param shared the shared subscription that it came by, or null
    static Delivery restored(Owed owed, boolean mayHaveBeenSent, @Nullable Subscription shared) {
        Delivery delivery =
                new Delivery(
                        owed.message(),
                        owed.qos(),
                        owed.retain(),
                        owed.subscriptionIds(),
                        null,
                        shared,
                        null,
                        null);
        delivery.number(owed.sequence(), true);
        delivery.restored = true;
        delivery.released = owed.released();
        delivery.sentBefore = !owed.released() && mayHaveBeenSent;
        return delivery;
    }

    /// A session takes it, and gives it its number.
    void number(long next, boolean isStored) {
        sequence = next;
        stored = isStored;
    }

    /// It is a retained message that a new subscription asked for.
    boolean isBacklog() {
        return backlog;
    }

    void markBacklog() {
        backlog = true;
    }

    /// Something that must be stored before it goes out is not yet.
    boolean isPending() {
        return (commit != null && commit.isPending()) || (source != null && source.isPending());
    }

    /// It was not stored: it goes to nobody.
    boolean isFailed() {
        return (commit != null && commit.isFailed()) || (source != null && source.isFailed());
    }

    /// Wakes the session when it may go out.
    void wakes(Session session) {
        if (commit != null) {
            commit.wakes(session);
        }
        if (source != null) {
            source.wakes(session);
        }
    }

    /// What it counts against a limit in bytes.
    public int weightBytes() {
        return OVERHEAD_BYTES + message.weightBytes();
    }

    public Message message() {
        return message;
    }

    public Qos qos() {
        return qos;
    }

    public boolean retain() {
        return retain;
    }

    public int[] subscriptionIds() {
        return subscriptionIds;
    }

    public long sequence() {
        return sequence;
    }

    public boolean isStored() {
        return stored;
    }

    /// The shared subscription that it came by, or null.
    @Nullable Subscription shared() {
        return shared;
    }

    /// 1 to 65535. It follows from the sequence, so that a message keeps its packet id over a
    /// reconnection and a crash without the id being stored [MQTT-4.4.0-1]. Two in flight differ, since
    /// fewer than 65535 numbers are in flight at a time.
    public int packetId() {
        return (int) ((sequence - 1) % 65_535) + 1;
    }

    public boolean isSentBefore() {
        return sentBefore;
    }

    /// It was never sent, for certain.
    boolean isUnsent() {
        return !sentBefore && !released && !restored;
    }

    public void markSentBefore() {
        sentBefore = true;
    }

    /// PUBREC came: PUBREL is all that is left.
    public boolean isReleased() {
        return released;
    }

    public void markReleased() {
        released = true;
    }

    public boolean isAcked() {
        return acked;
    }

    public void markAcked() {
        acked = true;
    }

    public void delivered(String clientId) {
        if (listener != null) {
            listener.delivered(clientId, qos);
        }
    }

    public void dropped(String clientId, ReasonCode code) {
        if (listener != null) {
            listener.dropped(clientId, code);
        }
    }
}
