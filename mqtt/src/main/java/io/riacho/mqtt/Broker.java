package io.riacho.mqtt;

import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.riacho.mqtt.packet.ConnectPacket;
import io.riacho.mqtt.packet.ReasonCode;
import io.riacho.mqtt.session.Message;
import io.riacho.mqtt.session.SessionChange;
import io.riacho.mqtt.session.SessionImage;
import io.riacho.mqtt.session.SessionImage.StoredSession;
import io.riacho.mqtt.session.SessionStore;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What all connections share: sessions, subscriptions, retained messages, and the ways to the store
/// and to subscribers. Safe for use by many threads.
final class Broker {

    private static final Logger log = LoggerFactory.getLogger(Broker.class);

    private static final long EXPIRED_SWEEP_SECONDS = 60;

    private final MqttLimits limits;
    private final Publishes publishes;
    private final SessionStore store;
    private final Authenticator authenticator;
    private final Authorizer authorizer;
    private final ClientEvents events;
    private final LongSupplier clockMillis;
    private final EventExecutor timers;

    private final SubscriptionTrie subscriptions = new SubscriptionTrie();
    private final RetainedMessages retained;
    private final ConcurrentHashMap<String, Session> sessions = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, ConnectedClient> clients = new ConcurrentHashMap<>();
    private final AtomicLong queuedBytes = new AtomicLong();
    private final Counters counters = new Counters();
    private volatile boolean stopping;

    Broker(MqttServer.Parts parts, EventExecutor timers) {
        this.limits = parts.limits();
        this.publishes = parts.publishes();
        this.store = parts.store();
        this.authenticator = parts.authenticator();
        this.authorizer = parts.authorizer();
        this.events = parts.events();
        this.clockMillis = parts.clockMillis();
        this.timers = timers;
        this.retained =
                new RetainedMessages(limits.retainedMessagesMax(), limits.retainedBytesMax());
    }

    /// Goes on where the store says that an earlier process ended.
    void restore() {
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

    MqttLimits limits() {
        return limits;
    }

    Publishes publishes() {
        return publishes;
    }

    Authenticator authenticator() {
        return authenticator;
    }

    Authorizer authorizer() {
        return authorizer;
    }

    ClientEvents events() {
        return events;
    }

    SubscriptionTrie subscriptions() {
        return subscriptions;
    }

    RetainedMessages retained() {
        return retained;
    }

    Counters counters() {
        return counters;
    }

    /// Bytes that wait in all queues.
    AtomicLong queuedBytes() {
        return queuedBytes;
    }

    long nowMillis() {
        return clockMillis.getAsLong();
    }

    /// Runs a task later. Null, and never, once the server stops: what was to happen then is found again
    /// by the next start.
    @Nullable Future<?> schedule(Runnable task, long seconds) {
        return stopping ? null : timers.schedule(task, seconds, TimeUnit.SECONDS);
    }

    boolean isStopping() {
        return stopping;
    }

    void stop() {
        stopping = true;
    }

    // ---- sessions

    /// Gives a connection the session of its client id: at once, or when the one that has it is done.
    /// [MqttConnection#granted] is called then.
    ///
    /// @return false when there are too many sessions
    boolean acquire(MqttConnection connection) {
        String id = connection.client().id();
        while (true) {
            Session session = sessions.get(id);
            if (session == null) {
                if (sessions.size() >= limits.sessionsMax()) {
                    return false;
                }
                session = sessions.computeIfAbsent(id, key -> new Session(key, this));
            }
            if (session.acquire(connection)) {
                return true;
            }
            sessions.remove(id, session);
        }
    }

    /// A connection that asked for a session goes before it got it.
    void withdraw(MqttConnection connection) {
        Session session = sessions.get(connection.client().id());
        if (session != null) {
            session.release(connection, null);
        }
    }

    void forget(Session session) {
        sessions.remove(session.clientId(), session);
    }

    void connected(ConnectedClient client) {
        clients.put(client.id(), client);
    }

    void disconnected(ConnectedClient client) {
        clients.remove(client.id(), client);
    }

    @Nullable ConnectedClient client(String id) {
        return clients.get(id);
    }

    Collection<ConnectedClient> clients() {
        return clients.values();
    }

    ServerStatistics statistics() {
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
    int publish(Message message, boolean everyone, @Nullable DeliveryListener listener) {
        Fanout fanout = new Fanout();
        fanout.add(message, subscriptions.match(message.topic(), null), everyone, listener);
        if (message.retain() && retained.admits(message.topic(), message.payload().length)) {
            fanout.retain(message);
        }
        carryOut(fanout);
        return fanout.targets();
    }

    /// Publishes for the server itself, to one session that is connected.
    ///
    /// @return to how many sessions it goes: one or none
    int publishTo(String clientId, Message message, @Nullable DeliveryListener listener) {
        Session session = sessions.get(clientId);
        if (session == null) {
            return 0;
        }
        Fanout fanout = new Fanout();
        fanout.add(message, subscriptions.match(message.topic(), null), session, listener);
        carryOut(fanout);
        return fanout.targets();
    }

    /// Gives a message that a member of a shared subscription will not take to another.
    void redirect(Message message, Subscription shared) {
        ShareGroup group = subscriptions.group(shared);
        Subscription other = group == null ? null : group.choose();
        if (other != null) {
            Fanout fanout = new Fanout();
            fanout.add(message, other, false);
            carryOut(fanout);
        }
    }

    private void carryOut(Fanout fanout) {
        store(
                fanout.changes(),
                new SessionStore.Completion() {
                    @Override
                    public void stored() {
                        fanout.carryOut(retained);
                    }

                    @Override
                    public void failed(boolean full, String reason) {
                        log.warn("A message of the server itself was not stored: {}", reason);
                        fanout.fail();
                    }
                });
    }

    /// Stores changes, or goes on at once when there are none.
    void store(List<SessionChange> changes, SessionStore.Completion completion) {
        if (changes.isEmpty()) {
            completion.stored();
        } else {
            store.write(changes, completion);
        }
    }

    /// Stores changes that nobody waits for: were they lost in a crash, a message would be sent once
    /// more, or a session be kept longer.
    void storeQuietly(List<SessionChange> changes) {
        store(changes, QUIETLY);
    }

    private static final SessionStore.Completion QUIETLY =
            new SessionStore.Completion() {
                @Override
                public void stored() {}

                @Override
                public void failed(boolean full, String reason) {
                    log.debug("A session change was not stored: {}", reason);
                }
            };

    /// The reason code that an MQTT 5 client is sent away with when nothing can be made durable.
    static ReasonCode codeOf(PublishBatch.Failure failure) {
        return switch (failure) {
            case FULL -> ReasonCode.QUOTA_EXCEEDED;
            case UNAVAILABLE -> ReasonCode.SERVER_BUSY;
        };
    }
}
