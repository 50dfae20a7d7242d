package io.riacho.mqtt.broker;

import io.riacho.mqtt.packet.Qos;
import io.riacho.mqtt.packet.ReasonCode;
import io.riacho.mqtt.packet.SubscriptionOptions;
import io.riacho.mqtt.session.SessionChange;
import io.riacho.mqtt.session.SessionImage.Owed;
import io.riacho.mqtt.session.SessionImage.StoredSession;
import io.riacho.mqtt.session.SessionImage.StoredSubscription;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A client's session: what the server keeps of it beyond its connection (MQTT 5.0, 4.1).
///
/// **Threads.** At any moment at most one connection owns a session; it comes and goes under
/// the session's lock. What only an owner needs (the subscriptions by filter, the messages in flight,
/// the QoS 2 ids received) is used on the owner's event loop without a lock; the hand-over from one
/// owner to the next, under the lock, is what makes the next one see it. The queue is used by every
/// thread that publishes and is behind the lock.
///
/// **Hand-over.** A connection gives its session up only when all that it took from its client is
/// answered by the [io.riacho.mqtt.spi.PublishHandler] and the store: only then is it known which QoS 2 ids
/// were received. A connection that takes over waits for that, and gets its CONNACK afterwards.
public final class Session {

    private final String clientId;
    private final Broker broker;

    // ---- behind the lock

    private @Nullable SessionOwner owner;
    private @Nullable SessionOwner waiting;
    private boolean ended;
    private volatile int epoch;
    private boolean draining;
    private boolean awake;
    private final DeliveryQueue queue;
    private final SessionTimers absence;
    private long lastSequence;
    private long dropped;

    private volatile boolean online;
    private volatile boolean stopped;
    private volatile long expirySeconds;

    // ---- the owner's

    private final Map<String, Subscription> subscriptions = new LinkedHashMap<>(2);
    private final Deque<Delivery> unacked = new ArrayDeque<>(0);
    private final BitSet received = new BitSet(0);
    private long inFlightBytes;
    private boolean hasState;

    Session(String clientId, Broker broker) {
        this.clientId = clientId;
        this.broker = broker;
        this.queue = new DeliveryQueue(broker);
        this.absence = new SessionTimers(this, broker);
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
            queue.add(Delivery.restored(each, mayHaveBeenSent, shared(each.sharedFilter())));
        }
    }

    private @Nullable Subscription shared(@Nullable String filter) {
        if (filter == null) {
            return null;
        }
        Subscription known = subscriptions.get(filter);
        return known == null
                ? new Subscription(this, filter, SubscriptionOptions.of((byte) 1), 0)
                : known;
    }

    public String clientId() {
        return clientId;
    }

    /// It outlives its connection.
    public boolean isDurable() {
        return expirySeconds > 0;
    }

    /// Its client is connected.
    boolean isOnline() {
        return online;
    }

    /// Its client takes what it is sent: nothing much waits.
    boolean keepsUp() {
        return queue.count() < broker.limits().queuedMessagesMax() / 2 && !stopped;
    }

    public int queued() {
        return queue.count();
    }

    public synchronized long dropped() {
        return dropped;
    }

    /// Rises when the session begins anew: what was planned for the life before is not for this one.
    int epoch() {
        return epoch;
    }

    // ---- ownership

    /// Makes a connection the owner, or lets it wait for the one that is.
    ///
    /// @return false when the session is over: ask for a new one
    boolean acquire(SessionOwner newcomer) {
        SessionOwner older;
        SessionOwner displaced = null;
        synchronized (this) {
            if (ended) {
                return false;
            }
            older = owner;
            if (older == null) {
                owner = newcomer;
            } else {
                displaced = waiting;
                waiting = newcomer;
            }
        }
        if (older == null) {
            newcomer.granted(this);
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
    /// Whether it ends, and what the store hears of that, is settled before anybody else can have the
    /// session or one of its name: the next client's `Opened` comes after this one's `Closed`.
    ///
    /// @param left what its client's connection left to be published, or null
    public void release(SessionOwner leaver, @Nullable LeftWill left) {
        broker.inOrder(() -> releaseInOrder(leaver, left));
    }

    @SuppressWarnings("ReferenceEquality") // the same connection, not an equal one
    private void releaseInOrder(SessionOwner leaver, @Nullable LeftWill left) {
        SessionOwner next;
        boolean lasts;
        synchronized (this) {
            if (waiting == leaver) {
                waiting = null;
                return;
            }
            if (owner != leaver) {
                return;
            }
            online = false;
            awake = false;
            draining = false;
            requeueUnacked();
            next = waiting;
            owner = next;
            waiting = null;
            lasts = isDurable();
            ended = next == null && !lasts;
            if (next == null && lasts) {
                waitForClient(left);
            }
        }
        if (next != null) {
            handOver(next, left);
            return;
        }
        if (!lasts) {
            over();
        }
        if (left != null && (left.will().delaySeconds() == 0 || !lasts)) {
            broker.publishWill(left);
        }
    }

    private void waitForClient(@Nullable LeftWill left) {
        long seconds = expirySeconds;
        broker.storeQuietly(
                List.of(new SessionChange.Closed(clientId, broker.nowMillis(), seconds)));
        if (left != null && left.will().delaySeconds() > 0) {
            absence.delayWill(left, Math.min(left.will().delaySeconds(), seconds));
        }
        absence.expireIn(seconds);
    }

    private void handOver(SessionOwner next, @Nullable LeftWill left) {
        // A delayed will is not sent when the session goes on [MQTT-3.1.3-9].
        boolean goesOn = isDurable() && !next.startsClean();
        if (left != null && (left.will().delaySeconds() == 0 || !goesOn)) {
            broker.publishWill(left);
        }
        broker.afterwards(() -> next.granted(this));
    }

    /// Ends the session so many seconds from now unless its client comes back.
    void expireIn(long seconds) {
        absence.expireIn(seconds);
    }

    /// Its time is up, unless its client came back just now.
    void expire() {
        broker.inOrder(() -> {
            synchronized (this) {
                if (owner != null || ended) {
                    return;
                }
                ended = true;
            }
            broker.storeQuietly(List.of(new SessionChange.Removed(clientId)));
            over();
        });
    }

    /// By the new owner, on its loop, before anything else, under the lock of order.
    ///
    /// @return whether the client finds the session that it left
    public boolean begin(boolean clean, long newExpirySeconds, Fanout plan) {
        boolean wasDurable = isDurable();
        boolean present = hasState && !clean && isDurable();
        boolean goesOn = !clean && isDurable();
        absence.ends(goesOn);
        if (!goesOn) {
            forget();
        }
        hasState = true;
        expirySeconds = newExpirySeconds;
        if (newExpirySeconds > 0) {
            plan.add(new SessionChange.Opened(clientId, !present, newExpirySeconds));
        } else if (wasDurable) {
            plan.add(new SessionChange.Removed(clientId));
        }
        return present;
    }

    /// From now on the owner may be woken for what waits.
    public void online() {
        synchronized (this) {
            queue.releasedFirst();
            online = true;
            awake = true;
            stopped = false;
        }
    }

    public void expirySeconds(long seconds) {
        expirySeconds = seconds;
    }

    public long expirySeconds() {
        return expirySeconds;
    }

    /// It is over: subscriptions, messages and all.
    private void over() {
        broker.forget(this);
        absence.ends(false);
        forget();
    }

    private void forget() {
        for (Subscription each : subscriptions.values()) {
            broker.subscriptions().remove(each);
        }
        subscriptions.clear();
        received.clear();
        List<Delivery> left;
        synchronized (this) {
            epoch++;
            requeueUnacked();
            left = queue.clear();
        }
        for (Delivery each : left) {
            drop(each, ReasonCode.UNSPECIFIED_ERROR);
            Subscription shared = each.shared();
            // Another member gets a QoS 1 message, and one of QoS 2 that was never sent: what
            // may have reached this one is not sent to a second [MQTT-4.8.2-5].
            boolean another = each.qos() == Qos.AT_LEAST_ONCE || each.isUnsent();
            if (shared != null && another) {
                broker.redirect(each.message(), shared);
            }
        }
    }

    /// Drops what waits on topics that the client may not hear, but for what it was sent before. Under the
    /// lock of order.
    public void dropUnless(Predicate<String> mayHear, Fanout plan) {
        Map<String, Boolean> known = new HashMap<>();
        List<Delivery> outs;
        synchronized (this) {
            outs =
                    queue.removeIf(each ->
                            !each.isSentBefore()
                                    && !each.isReleased()
                                    && !known.computeIfAbsent(
                                            each.message().topic(), mayHear::test));
            dropped += outs.size();
        }
        broker.counters().dropped(outs.size());
        for (Delivery each : outs) {
            plan.dropped(this, each);
        }
    }

    private void drop(Delivery delivery, ReasonCode code) {
        broker.afterwards(() -> delivery.dropped(clientId, code));
    }

    // ---- the queue

    /// Puts a message into the queue, in its place, and sees to it that the owner hears of it when it may
    /// go out. By any thread.
    ///
    /// @param planned the [#epoch] of the subscription that matched
    /// @param everyone false when only a client that is connected is to get it
    /// @return false when the session does not take it
    boolean take(Delivery delivery, int planned, boolean everyone, Fanout by) {
        SessionOwner wake = null;
        List<Delivery> outs;
        boolean pending = delivery.isPending();
        synchronized (this) {
            boolean waits = everyone && delivery.qos() != Qos.AT_MOST_ONCE && isDurable();
            if (ended || planned != epoch || !(online || waits)) {
                return false;
            }
            if (delivery.qos() != Qos.AT_MOST_ONCE) {
                delivery.number(++lastSequence, by.isStored() && isDurable());
            }
            outs = queue.makeRoom(delivery);
            if (outs.isEmpty() || outs.getLast() != delivery) {
                queue.add(delivery);
            } else {
                delivery.number(delivery.sequence(), false);
            }
            dropped += outs.size();
            if (!pending) {
                wake = toWake();
            }
        }
        if (!outs.isEmpty()) {
            broker.counters().dropped(outs.size());
            for (Delivery each : outs) {
                by.dropped(this, each);
            }
        }
        if (pending) {
            delivery.wakes(this);
        }
        if (wake != null) {
            wake.wake();
        }
        return true;
    }

    /// The owner that must hear that something waits, or null. A stopped one goes on by itself: when its
    /// socket has room or its client acknowledges.
    private @Nullable SessionOwner toWake() {
        if (!awake || draining || stopped || owner == null || queue.isEmpty()) {
            return null;
        }
        draining = true;
        return owner;
    }

    /// Something that waited may go out. By any thread.
    void ready() {
        SessionOwner wake;
        synchronized (this) {
            wake = toWake();
        }
        if (wake != null) {
            wake.wake();
        }
    }

    /// Something that waited for the store was not stored: it goes to nobody.
    void dropFailed() {
        List<Delivery> failed;
        synchronized (this) {
            failed = queue.removeIf(Delivery::isFailed);
        }
        for (Delivery each : failed) {
            drop(each, ReasonCode.UNSPECIFIED_ERROR);
        }
    }

    /// The next message to send, or null: none waits, or the first is not stored yet, or may not go while
    /// so many are in flight. By the owner.
    public @Nullable Delivery poll(boolean mayAcknowledge, long oldestSequence) {
        synchronized (this) {
            Delivery head = queue.peek();
            if (head == null) {
                draining = false;
                stopped = false;
                return null;
            }
            if (head.isPending()) {
                // Its commit wakes the owner again.
                draining = false;
                stopped = false;
                return null;
            }
            boolean tooFar = oldestSequence > 0 && head.sequence() - oldestSequence >= 65_535;
            // PUBREL does not count against the client's quota (4.9).
            boolean free = head.qos() == Qos.AT_MOST_ONCE || head.isReleased();
            if (!free && (!mayAcknowledge || tooFar)) {
                draining = false;
                stopped = true;
                return null;
            }
            queue.remove();
            return head;
        }
    }

    /// The owner stops for now, though messages wait: its socket is full. It will come back by itself.
    public void pauseDraining() {
        synchronized (this) {
            draining = false;
            stopped = true;
        }
    }

    /// A message was sent and is to be acknowledged: it still counts. By the owner.
    public void flies(Delivery delivery) {
        unacked.add(delivery);
        inFlightBytes += delivery.weightBytes();
        broker.queuedBytes().addAndGet(delivery.weightBytes());
    }

    /// It was acknowledged. By the owner.
    public void landed(Delivery delivery) {
        inFlightBytes -= delivery.weightBytes();
        broker.queuedBytes().addAndGet(-delivery.weightBytes());
    }

    /// So much is in flight that nothing more is to be sent before something of it is acknowledged. By the
    /// owner.
    public boolean isFlightFull() {
        return inFlightBytes >= broker.limits().fixed().queuedBytesMax();
    }

    private void requeueUnacked() {
        broker.queuedBytes().addAndGet(-inFlightBytes);
        inFlightBytes = 0;
        while (!unacked.isEmpty()) {
            Delivery last = unacked.removeLast();
            if (!last.isAcked()) {
                queue.addFirst(last);
            }
        }
    }

    /// A message was lost on its way out: expired, or too large for the client.
    public void countDropped() {
        synchronized (this) {
            dropped++;
        }
        broker.counters().dropped(1);
    }

    // ---- for the owner

    /// The filters that are subscribed, as the client gave them.
    public List<String> filters() {
        return List.copyOf(subscriptions.keySet());
    }

    public int subscriptionCount() {
        return subscriptions.size();
    }

    public boolean isSubscribed(String filter) {
        return subscriptions.containsKey(filter);
    }

    /// Puts a subscription in force, in place of the one with the same filter. Under the lock of order.
    ///
    /// @return the one with the same filter, or null
    public @Nullable Subscription subscribe(Subscription subscription) {
        Subscription earlier = subscriptions.put(subscription.filter(), subscription);
        broker.subscriptions().add(subscription);
        if (earlier != null) {
            broker.subscriptions().remove(earlier);
        }
        return earlier;
    }

    /// Ends a subscription: nothing more is queued for it from here on [MQTT-3.10.4-2]. Under the lock of
    /// order.
    ///
    /// @return it, or null when there is none with this filter
    public @Nullable Subscription unsubscribe(String filter) {
        Subscription removed = subscriptions.remove(filter);
        if (removed != null) {
            broker.subscriptions().remove(removed);
        }
        return removed;
    }

    /// What was sent and is not acknowledged, in the order of sending; acknowledged ones are taken off its
    /// head.
    public Deque<Delivery> unacked() {
        return unacked;
    }

    /// Packet ids of QoS 2 messages that the client has not released.
    public BitSet received() {
        return received;
    }
}
