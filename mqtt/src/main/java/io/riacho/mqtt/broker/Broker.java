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
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
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
                        () -> retained.removeExpired(nowMillis()),
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

    /// Whether there is room to retain a message of this payload on this topic.
    public boolean mayRetain(String topic, int payloadBytes) {
        return retained.admits(topic, payloadBytes);
    }

    /// Every retained message whose topic a plain filter matches.
    public void forEachRetained(String filter, Consumer<Message> consumer) {
        retained.forEach(filter, consumer);
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

    Message message(ConnectPacket.Will will) {
        return Message.arrived(
                will.topic(),
                will.payload(),
                will.qos(),
                will.retain(),
                will.properties(),
                nowMillis());
    }

    void publishWill(ConnectPacket.Will will) {
        publishWill(message(will));
    }

    void publishWill(Message message) {
        if (!stopping) {
            publish(message, true, null);
        }
    }

    /// Publishes for the server itself.
    ///
    /// @return to how many sessions it goes
    public int publish(Message message, boolean everyone, @Nullable DeliveryListener listener) {
        Fanout fanout = new Fanout();
        fanout.add(message, subscriptions.match(message.topic(), null), everyone, listener);
        if (message.retain() && retained.admits(message.topic(), message.payload().length)) {
            fanout.retain(message);
        }
        storeAndDeliver(fanout);
        return fanout.targets();
    }

    /// Publishes for the server itself, to one session that is connected.
    ///
    /// @return to how many sessions it goes: one or none
    public int publishTo(String clientId, Message message, @Nullable DeliveryListener listener) {
        Session session = sessions.get(clientId);
        if (session == null) {
            return 0;
        }
        Fanout fanout = new Fanout();
        fanout.add(message, subscriptions.match(message.topic(), null), session, listener);
        storeAndDeliver(fanout);
        return fanout.targets();
    }

    /// Gives a message that a member of a shared subscription will not take to another.
    void redirect(Message message, Subscription shared) {
        ShareGroup group = subscriptions.group(shared);
        Subscription other = group == null ? null : group.choose();
        if (other != null) {
            Fanout fanout = new Fanout();
            fanout.add(message, other, false);
            storeAndDeliver(fanout);
        }
    }

    /// Carries out what was planned, once [Fanout#changes] are stored.
    public void deliver(Fanout fanout) {
        fanout.carryOut(retained);
    }

    private void storeAndDeliver(Fanout fanout) {
        store(
                fanout.changes(),
                new SessionStore.Completion() {
                    @Override
                    public void stored() {
                        deliver(fanout);
                    }

                    @Override
                    public void failed(boolean full, String reason) {
                        LOG.warn("A message of the server itself was not stored: {}", reason);
                        fanout.fail();
                    }
                });
    }

    /// Stores changes, or goes on at once when there are none.
    public void store(List<SessionChange> changes, SessionStore.Completion completion) {
        if (changes.isEmpty()) {
            completion.stored();
        } else {
            store.write(changes, completion);
        }
    }

    /// Stores changes that nobody waits for: were they lost in a crash, a message would be sent once
    /// more, or a session be kept longer.
    public void storeQuietly(List<SessionChange> changes) {
        store(changes, QUIETLY);
    }

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
