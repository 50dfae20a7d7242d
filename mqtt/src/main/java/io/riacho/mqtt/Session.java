package io.riacho.mqtt;

import io.netty.util.concurrent.Future;
import io.riacho.mqtt.packet.ConnectPacket;
import io.riacho.mqtt.packet.Qos;
import io.riacho.mqtt.packet.ReasonCode;
import io.riacho.mqtt.session.Message;
import io.riacho.mqtt.session.SessionChange;
import io.riacho.mqtt.session.SessionImage.Owed;
import io.riacho.mqtt.session.SessionImage.StoredSession;
import io.riacho.mqtt.session.SessionImage.StoredSubscription;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the server knows of one client beyond its connection (MQTT 5.0, 4.1).
///
/// **Who may touch what.** At any moment at most one connection owns a session; it comes and goes under
/// the session's lock. What only an owner needs (the subscriptions by filter, the messages in flight,
/// the QoS 2 ids received) is used on the owner's event loop without a lock; the hand-over from one
/// owner to the next, under the lock, is what makes the next one see it. The queue is used by every
/// thread that publishes and is behind the lock.
///
/// **Hand-over.** A connection gives its session up only when all that it took from its client is
/// answered by [Publishes] and the store: only then is it known which QoS 2 ids were received. A
/// connection that takes over waits for that, and gets its CONNACK afterwards.
final class Session {

    private final String clientId;
    private final Broker broker;

    // ---- behind the lock

    private @Nullable MqttConnection owner;
    private @Nullable MqttConnection waiting;
    private boolean ended;
    private boolean draining;
    private boolean awake;
    private final Deque<Delivery> queue = new ArrayDeque<>(0);
    private long queuedBytes;
    private long lastSequence;
    private long dropped;
    private @Nullable Future<?> expiry;
    private @Nullable Message will;
    private @Nullable Future<?> willTimer;

    private volatile boolean online;
    private volatile boolean stopped;
    private volatile int waitingCount;
    private volatile long expirySeconds;

    // ---- the owner's

    private final Map<String, Subscription> subscriptions = new LinkedHashMap<>(2);
    private final Deque<Delivery> unsettled = new ArrayDeque<>(0);
    private final BitSet received = new BitSet(0);
    private boolean hasState;

    Session(String clientId, Broker broker) {
        this.clientId = clientId;
        this.broker = broker;
    }

    /// As it was before a crash.
    static Session restored(StoredSession stored, Broker broker) {
        Session session = new Session(stored.clientId(), broker);
        session.restore(stored);
        return session;
    }

    private synchronized void restore(StoredSession stored) {
        expirySeconds = stored.expirySeconds();
        lastSequence = stored.lastSequence();
        hasState = true;
        received.or(stored.received());
        for (StoredSubscription each : stored.subscriptions()) {
            Subscription subscription =
                    new Subscription(this, each.filter(), each.options(), each.subscriptionId());
            subscriptions.put(each.filter(), subscription);
            broker.subscriptions().add(subscription);
        }
        boolean mayHaveBeenSent = stored.closedAtMillis() == StoredSession.OPEN;
        for (Owed each : stored.owed()) {
            Delivery delivery =
                    new Delivery(
                            each.message(),
                            each.qos(),
                            each.retain(),
                            each.subscriptionIds(),
                            each.sequence(),
                            true,
                            null,
                            null);
            if (each.released()) {
                delivery.markReleased();
            } else if (mayHaveBeenSent) {
                delivery.markSentBefore();
            }
            enqueue(delivery);
        }
    }

    String clientId() {
        return clientId;
    }

    /// It outlives its connection.
    boolean isDurable() {
        return expirySeconds > 0;
    }

    /// Its client is connected.
    boolean isOnline() {
        return online;
    }

    /// Its client takes what it is sent: nothing much waits.
    boolean keepsUp() {
        return waitingCount < broker.limits().queuedMessagesMax() / 2 && !stopped;
    }

    int queued() {
        return waitingCount;
    }

    synchronized long dropped() {
        return dropped;
    }

    synchronized long nextSequence() {
        return ++lastSequence;
    }

    // ---- ownership

    /// Makes a connection the owner, or lets it wait for the one that is.
    ///
    /// @return false when the session is over: ask for a new one
    boolean acquire(MqttConnection connection) {
        MqttConnection older;
        MqttConnection displaced = null;
        synchronized (this) {
            if (ended) {
                return false;
            }
            older = owner;
            if (older == null) {
                owner = connection;
            } else {
                displaced = waiting;
                waiting = connection;
            }
        }
        if (older == null) {
            connection.granted(this);
        } else {
            older.takeOver();
        }
        if (displaced != null) {
            displaced.takeOver();
        }
        return true;
    }

    /// The owner, or one that waits, goes. What it had in flight goes back to the queue's head, in
    /// order; a session that does not outlive its connection ends.
    ///
    /// @param left what its client's connection left to be published, or null
    void release(MqttConnection connection, ConnectPacket.@Nullable Will left) {
        MqttConnection next;
        synchronized (this) {
            if (waiting == connection) {
                waiting = null;
                return;
            }
            if (owner != connection) {
                return;
            }
            online = false;
            awake = false;
            draining = false;
            requeueUnsettled();
            owner = null;
            next = waiting;
            waiting = null;
            if (next != null) {
                owner = next;
            }
        }
        if (next == null) {
            leave(left);
        } else {
            handOver(next, left);
        }
    }

    private void leave(ConnectPacket.@Nullable Will left) {
        if (!isDurable()) {
            end();
            if (left != null) {
                broker.publishWill(left);
            }
            return;
        }
        long seconds = expirySeconds;
        broker.storeQuietly(
                List.of(new SessionChange.Closed(clientId, broker.nowMillis(), seconds)));
        if (left != null && left.delaySeconds() > 0) {
            delayWill(left, Math.min(left.delaySeconds(), seconds));
        } else if (left != null) {
            broker.publishWill(left);
        }
        expireIn(seconds);
    }

    private void handOver(MqttConnection next, ConnectPacket.@Nullable Will left) {
        // A delayed will is not sent when the session goes on [MQTT-3.1.3-9].
        boolean goesOn = isDurable() && !next.startsClean();
        if (left != null && (left.delaySeconds() == 0 || !goesOn)) {
            broker.publishWill(left);
        }
        next.granted(this);
    }

    /// Ends the session so many seconds from now unless its client comes back.
    void expireIn(long seconds) {
        if (seconds >= ConnectPacket.NEVER_EXPIRES) {
            return;
        }
        synchronized (this) {
            if (owner == null && !ended) {
                if (expiry != null) {
                    expiry.cancel(false);
                }
                expiry = broker.schedule(this::expire, seconds);
            }
        }
    }

    private void expire() {
        synchronized (this) {
            if (owner != null || ended) {
                return;
            }
        }
        end();
    }

    private void delayWill(ConnectPacket.Will left, long seconds) {
        synchronized (this) {
            if (owner != null || ended) {
                return;
            }
            will = broker.message(left);
            willTimer = broker.schedule(this::publishDelayedWill, seconds);
        }
    }

    private void publishDelayedWill() {
        Message due;
        synchronized (this) {
            due = will;
            will = null;
            willTimer = null;
        }
        if (due != null) {
            broker.publishWill(due);
        }
    }

    /// By the new owner, on its loop, before anything else.
    ///
    /// @return whether the client finds the session that it left
    boolean begin(boolean clean, long newExpirySeconds) {
        boolean present = hasState && !clean && isDurable();
        synchronized (this) {
            if (expiry != null) {
                expiry.cancel(false);
                expiry = null;
            }
            if (willTimer != null) {
                willTimer.cancel(false);
                willTimer = null;
            }
        }
        if (clean || !isDurable()) {
            publishDelayedWill();
            forget();
        } else {
            synchronized (this) {
                will = null;
            }
        }
        hasState = true;
        expirySeconds = newExpirySeconds;
        return present;
    }

    /// From now on the owner may be woken for what waits.
    void online() {
        synchronized (this) {
            online = true;
            awake = true;
            stopped = false;
        }
    }

    void expirySeconds(long seconds) {
        expirySeconds = seconds;
    }

    long expirySeconds() {
        return expirySeconds;
    }

    /// It is over: subscriptions, messages and all.
    private void end() {
        boolean stored = isDurable();
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = true;
            if (willTimer != null) {
                willTimer.cancel(false);
            }
        }
        broker.forget(this);
        publishDelayedWill();
        forget();
        if (stored) {
            broker.storeQuietly(List.of(new SessionChange.Removed(clientId)));
        }
    }

    private void forget() {
        for (Subscription each : subscriptions.values()) {
            broker.subscriptions().remove(each);
        }
        subscriptions.clear();
        received.clear();
        List<Delivery> left;
        synchronized (this) {
            requeueUnsettled();
            left = new ArrayList<>(queue);
            queue.clear();
            broker.queuedBytes().addAndGet(-queuedBytes);
            queuedBytes = 0;
            waitingCount = 0;
        }
        for (Delivery each : left) {
            each.dropped(clientId, ReasonCode.UNSPECIFIED_ERROR);
            Subscription shared = each.shared();
            // Another member gets a QoS 1 message; one of QoS 2 is not sent to a second
            // [MQTT-4.8.2-5].
            if (shared != null && each.qos() == Qos.AT_LEAST_ONCE) {
                broker.redirect(each.message(), shared);
            }
        }
    }

    // ---- the queue

    /// Puts a message into the queue and wakes the owner. By any thread.
    void deliver(Delivery delivery) {
        MqttConnection wake = null;
        List<Delivery> outs = List.of();
        synchronized (this) {
            if (ended || (!online && !isDurable())) {
                outs = List.of(delivery);
            } else {
                outs = makeRoom(delivery);
                if (outs.isEmpty() || outs.getLast() != delivery) {
                    enqueue(delivery);
                }
                // A stopped owner goes on by itself: when its socket has room or its client
                // acknowledges.
                if (awake && !draining && !stopped && owner != null && !queue.isEmpty()) {
                    draining = true;
                    wake = owner;
                }
            }
        }
        if (!outs.isEmpty()) {
            drop(outs);
        }
        if (wake != null) {
            wake.wake();
        }
    }

    private void enqueue(Delivery delivery) {
        int weight = delivery.message().weightBytes();
        queue.add(delivery);
        queuedBytes += weight;
        waitingCount = queue.size();
        broker.queuedBytes().addAndGet(weight);
    }

    /// Who gives way to a new message: maybe the new one itself, as the last.
    private List<Delivery> makeRoom(Delivery delivery) {
        MqttLimits limits = broker.limits();
        int weight = delivery.message().weightBytes();
        if (!isFull(limits, weight)) {
            return List.of();
        }
        boolean newestGoes =
                delivery.qos() == Qos.AT_MOST_ONCE
                        || limits.queueFull() == MqttLimits.QueueFull.DROP_NEWEST;
        List<Delivery> outs = new ArrayList<>(1);
        while (!newestGoes && isFull(limits, weight)) {
            Delivery oldest = queue.peek();
            if (oldest == null) {
                newestGoes = true;
            } else if (oldest.isReleased() || oldest.isSentBefore()) {
                // What the client may already have is not taken back.
                newestGoes = true;
            } else {
                queue.poll();
                dequeued(oldest);
                outs.add(oldest);
            }
        }
        if (newestGoes) {
            outs.add(delivery);
        }
        return outs;
    }

    private boolean isFull(MqttLimits limits, int weight) {
        return queue.size() >= limits.queuedMessagesMax()
                || queuedBytes + weight > limits.queuedBytesMax()
                || broker.queuedBytes().get() + weight > limits.queuedBytesTotalMax();
    }

    private void dequeued(Delivery delivery) {
        int weight = delivery.message().weightBytes();
        queuedBytes -= weight;
        waitingCount = queue.size();
        broker.queuedBytes().addAndGet(-weight);
    }

    private void drop(List<Delivery> outs) {
        synchronized (this) {
            dropped += outs.size();
        }
        broker.counters().dropped(outs.size());
        List<SessionChange> changes = new ArrayList<>(0);
        for (Delivery each : outs) {
            each.dropped(clientId, ReasonCode.QUOTA_EXCEEDED);
            if (each.isStored()) {
                changes.add(new SessionChange.Settled(clientId, each.sequence()));
            }
        }
        broker.storeQuietly(changes);
    }

    /// The next message to send, or null: none waits, or the first may not go while so many are in
    /// flight. By the owner.
    @Nullable Delivery poll(boolean mayAcknowledge, long oldestSequence) {
        synchronized (this) {
            Delivery head = queue.peek();
            if (head == null) {
                draining = false;
                stopped = false;
                return null;
            }
            boolean tooFar = oldestSequence > 0 && head.sequence() - oldestSequence >= 65_535;
            if (head.qos() != Qos.AT_MOST_ONCE && (!mayAcknowledge || tooFar)) {
                draining = false;
                stopped = true;
                return null;
            }
            queue.poll();
            dequeued(head);
            return head;
        }
    }

    /// The owner stops for now, though messages wait: its socket is full. It will come back by itself.
    void pauseDraining() {
        synchronized (this) {
            draining = false;
            stopped = true;
        }
    }

    private void requeueUnsettled() {
        while (!unsettled.isEmpty()) {
            Delivery last = unsettled.removeLast();
            if (last.isSettled()) {
                continue;
            }
            int weight = last.message().weightBytes();
            queue.addFirst(last);
            queuedBytes += weight;
            waitingCount = queue.size();
            broker.queuedBytes().addAndGet(weight);
        }
    }

    /// A message was lost on its way out: expired, or too large for the client.
    void countDropped() {
        synchronized (this) {
            dropped++;
        }
        broker.counters().dropped(1);
    }

    // ---- for the owner

    Map<String, Subscription> subscriptions() {
        return subscriptions;
    }

    /// What was sent and is not settled, in the order of sending; settled ones are taken off its head.
    Deque<Delivery> unsettled() {
        return unsettled;
    }

    /// Packet ids of QoS 2 messages that the client has not released.
    BitSet received() {
        return received;
    }
}
