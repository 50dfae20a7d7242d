package io.riacho.mqtt.broker;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.riacho.mqtt.packet.ConnectPacket;
import io.riacho.mqtt.session.Message;
import io.riacho.mqtt.session.SessionChange;
import io.riacho.mqtt.session.SessionImage;
import io.riacho.mqtt.session.SessionImage.StoredSession;
import io.riacho.mqtt.session.SessionStore;
import io.riacho.mqtt.spi.DeliveryListener;
import io.riacho.mqtt.spi.MqttLimits;
import io.riacho.mqtt.spi.ServerStatistics;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The sessions, subscriptions and retained messages that all connections share, and the ways from a
/// message to the store and to its subscribers. Safe for use by many threads.
public final class Broker {

    private static final Logger LOG = LoggerFactory.getLogger(Broker.class);

    private static final long EXPIRED_SWEEP_SECONDS = 60;

    private final MqttLimits limits;
    private final SessionStore store;
    private final LongSupplier clockMillis;
    private final EventExecutor timers;

    private final SubscriptionTrie subscriptions = new SubscriptionTrie();
    private final RetainedMessages retained;
    private final ConcurrentHashMap<String, Session> sessions = new ConcurrentHashMap<>();
    private final AtomicLong queuedBytes = new AtomicLong();
    private final ServerCounters counters = new ServerCounters();
    private volatile boolean stopping;

    /// Held while somebody plans and hands the plan to the store; see [#inOrder].
    private final ReentrantLock order = new ReentrantLock();

    /// What is to be done once the lock is free. Behind it.
    private List<Runnable> afterwards = new ArrayList<>(0);

    /// @param clockMillis ms since 1970 UTC, for expiries that outlive the process
    /// @param timers for what happens later: sessions that expire, wills that are delayed
    public Broker(
            MqttLimits limits, SessionStore store, LongSupplier clockMillis, EventExecutor timers) {
        this.limits = limits;
        this.store = store;
        this.clockMillis = clockMillis;
        this.timers = timers;
        this.retained =
                new RetainedMessages(
                        limits.retainedMessagesMax(), limits.fixed().retainedBytesMax());
    }

    /// Goes on where the store says that an earlier process ended.
    public void restore() {
        SessionImage image = store.restore();
        long now = nowMillis();
        for (Message each : image.retained()) {
            if (!each.isExpired(now)) {
                retained.put(each);
            }
        }
        for (StoredSession each : image.sessions()) {
            Session session = Session.restored(each, this);
            sessions.put(each.clientId(), session);
            // Who was connected when the process ended has its whole time from now on.
            long since = each.closedAtMillis() == StoredSession.OPEN ? now : each.closedAtMillis();
            long left = each.expirySeconds() - (now - since) / 1000;
            if (each.expirySeconds() < ConnectPacket.NEVER_EXPIRES) {
                session.expireIn(Math.max(0, left));
            }
        }
        var _ =
                timers.scheduleWithFixedDelay(
                        this::forgetExpired,
                        EXPIRED_SWEEP_SECONDS,
                        EXPIRED_SWEEP_SECONDS,
                        TimeUnit.SECONDS);
    }

    public MqttLimits limits() {
        return limits;
    }

    SubscriptionTrie subscriptions() {
        return subscriptions;
    }

    public ServerCounters counters() {
        return counters;
    }

    /// Bytes that wait in all queues.
    AtomicLong queuedBytes() {
        return queuedBytes;
    }

    public long nowMillis() {
        return clockMillis.getAsLong();
    }

    /// Runs a task later. Null, and never, once the server stops: what was to happen then is found again
    /// by the next start.
    @Nullable Future<?> schedule(Runnable task, long seconds) {
        return stopping ? null : timers.schedule(task, seconds, TimeUnit.SECONDS);
    }

    public boolean isStopping() {
        return stopping;
    }

    public void stop() {
        stopping = true;
    }

    // ---- subscriptions and retained messages

    /// Rises after each change of any subscription: a [Route] found before may be out of date.
    public long routesVersion() {
        return subscriptions.version();
    }

    /// The subscribers of a topic.
    ///
    /// @param publisher the session that publishes, which its own No Local subscriptions leave out
    public Route route(String topic, Session publisher) {
        return subscriptions.match(topic, publisher);
    }

    /// Whether there is room to retain a message of this weight on this topic. What is on its way is not
    /// counted: [Fanout#retain] decides.
    public boolean mayRetain(String topic, long weightBytes) {
        return retained.admits(topic, weightBytes);
    }

    RetainedMessages retained() {
        return retained;
    }

    // ---- sessions

    /// Gives a connection the session of its client id: at once, or when the one that has it is done.
    /// [SessionOwner#granted] is called then.
    ///
    /// @return false when there are too many sessions
    public boolean acquire(SessionOwner owner) {
        String id = owner.clientId();
        while (true) {
            Session session = sessions.get(id);
            if (session == null) {
                if (sessions.size() >= limits.sessionsMax()) {
                    return false;
                }
                session = sessions.computeIfAbsent(id, key -> new Session(key, this));
            }
            if (session.acquire(owner)) {
                return true;
            }
            sessions.remove(id, session);
        }
    }

    /// A connection that asked for a session goes before it got it.
    public void withdraw(SessionOwner owner) {
        Session session = sessions.get(owner.clientId());
        if (session != null) {
            session.release(owner, null);
        }
    }

    void forget(Session session) {
        sessions.remove(session.clientId(), session);
    }

    public ServerStatistics statistics() {
        return counters.statistics(
                sessions.size(), subscriptions.size(), retained.count(), queuedBytes.get());
    }

    // ---- messages

    private Message message(ConnectPacket.Will will) {
        return Message.arrived(
                will.topic(),
                will.payload(),
                will.qos(),
                will.retain(),
                will.properties(),
                nowMillis());
    }

    void publishWill(LeftWill left) {
        afterwards(() -> {
            if (!stopping) {
                left.whenDurable(() -> publishNow(left.will()));
            }
        });
    }

    private void publishNow(ConnectPacket.Will will) {
        if (!stopping) {
            var _ = publish(message(will), true, null);
        }
    }

    /// Publishes for the server itself.
    ///
    /// @return to how many sessions it goes
    public int publish(Message message, boolean everyone, @Nullable DeliveryListener listener) {
        return planOwn(fanout -> {
            fanout.add(message, subscriptions.match(message.topic(), null), everyone, listener);
            if (message.retain() && !fanout.retain(message)) {
                LOG.debug("No room to retain a message of the server itself");
            }
        });
    }

    /// Publishes for the server itself, to one session that is connected.
    ///
    /// @return to how many sessions it goes: one or none
    public int publishTo(String clientId, Message message, @Nullable DeliveryListener listener) {
        Session session = sessions.get(clientId);
        if (session == null) {
            return 0;
        }
        return planOwn(fanout ->
                fanout.add(message, subscriptions.match(message.topic(), null), session, listener));
    }

    /// Gives a message that a member of a shared subscription will not take to another.
    void redirect(Message message, Subscription shared) {
        var _ =
                planOwn(fanout -> {
                    ShareGroup group = subscriptions.group(shared);
                    if (group != null) {
                        fanout.add(message, group);
                    }
                });
    }

    private void forgetExpired() {
        long now = nowMillis();
        var _ =
                planOwn(fanout -> {
                    for (Message each : retained.expired(now)) {
                        fanout.forget(each.topic());
                    }
                });
    }

    private int planOwn(Consumer<Fanout> plan) {
        return plan(plan, OWN).targets();
    }

    // ---- the order of the journal

    /// Does something that must not come between the plan of another and its place in the journal:
    /// whatever decides who gets a message, or what is stored, is decided and handed to the store under
    /// one lock. It is never waited for there.
    ///
    /// Never called under the lock of a session.
    public void inOrder(Runnable task) {
        order.lock();
        try {
            task.run();
        } finally {
            unlock();
        }
    }

    private void unlock() {
        if (order.getHoldCount() > 1 || afterwards.isEmpty()) {
            order.unlock();
            return;
        }
        List<Runnable> due = afterwards;
        afterwards = new ArrayList<>(0);
        order.unlock();
        due.forEach(Runnable::run);
    }

    /// Does something that calls others, once the lock of order is free.
    void afterwards(Runnable task) {
        if (order.isHeldByCurrentThread()) {
            afterwards.add(task);
        } else {
            task.run();
        }
    }

    /// Plans in the order of the journal, and hands to the store what must be stored before it goes out.
    ///
    /// @param plan must not block, nor call anybody
    /// @param completion told afterwards; at once when nothing is to be stored
    public Fanout plan(Consumer<Fanout> plan, SessionStore.Completion completion) {
        Fanout fanout = new Fanout(this, new Commit());
        write(plan, fanout, new Ordered(fanout, completion));
        return fanout;
    }

    /// The same for one who must [#deliver] the plan, or [#withdraw] it, when the completion is told, on a
    /// thread of its own choice. When nothing is to be stored it is not told: the plan went out.
    public Fanout planHeld(Consumer<Fanout> plan, SessionStore.Completion completion) {
        Fanout fanout = new Fanout(this, new Commit());
        write(plan, fanout, completion);
        return fanout;
    }

    private void write(Consumer<Fanout> plan, Fanout fanout, SessionStore.Completion completion) {
        order.lock();
        try {
            plan.accept(fanout);
            if (!fanout.changes().isEmpty()) {
                store.write(fanout.changes(), completion);
            } else if (completion instanceof Ordered ordered) {
                ordered.stored();
            } else {
                deliver(fanout);
            }
            storeQuietly(fanout.settled());
        } finally {
            unlock();
        }
    }

    /// A plan is stored: everything in it goes out.
    public void deliver(Fanout fanout) {
        fanout.stored();
    }

    /// A plan could not be stored: nothing of it goes out.
    public void withdraw(Fanout fanout) {
        inOrder(fanout::failed);
    }

    /// Plans what nothing is stored of: it may go out at once.
    public void planLive(Consumer<Fanout> plan) {
        Fanout fanout = new Fanout(this, null);
        plan.accept(fanout);
        storeQuietly(fanout.settled());
    }

    /// Lets a plan go out once it is stored, by whoever hears of it.
    private final class Ordered implements SessionStore.Completion {

        private final Fanout fanout;
        private final SessionStore.Completion then;

        Ordered(Fanout fanout, SessionStore.Completion then) {
            this.fanout = fanout;
            this.then = then;
        }

        @Override
        public void stored() {
            afterwards(() -> {
                fanout.stored();
                then.stored();
            });
        }

        @Override
        public void failed(boolean full, String reason) {
            withdraw(fanout);
            afterwards(() -> then.failed(full, reason));
        }
    }

    /// Stores changes that nobody waits for: were they lost in a crash, a message would be sent once
    /// more, or a session be kept longer.
    public void storeQuietly(List<SessionChange> changes) {
        if (!changes.isEmpty()) {
            store.write(changes, QUIETLY);
        }
    }

    private static final SessionStore.Completion OWN =
            new SessionStore.Completion() {
                @Override
                public void stored() {}

                @Override
                public void failed(boolean full, String reason) {
                    LOG.warn("A message of the server itself was not stored: {}", reason);
                }
            };

    private static final SessionStore.Completion QUIETLY =
            new SessionStore.Completion() {
                @Override
                public void stored() {}

                @Override
                public void failed(boolean full, String reason) {
                    LOG.debug("A session change was not stored: {}", reason);
                }
            };
}
