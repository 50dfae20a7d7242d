package io.riacho.mqtt.session;

import io.riacho.mqtt.packet.Qos;
import io.riacho.mqtt.packet.SubscriptionOptions;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The fold of session changes. A pure function of them: applied again in the same order they give the
/// same image, and the changes that [#forEach] gives rebuild it, which is how a snapshot is taken.
/// Changes about a session that is not there are ignored: they were written while it was ending. Not
/// safe for use by many threads.
public final class SessionImage {

    private final Map<String, StoredSession> sessions = new LinkedHashMap<>();
    private final Map<String, Message> retained = new LinkedHashMap<>();

    /// One session.
    public static final class StoredSession {

        /// [#closedAtMillis()] of a session whose connection was open when the log ended.
        public static final long OPEN = -1;

        private final String clientId;
        private final Map<String, StoredSubscription> subscriptions = new LinkedHashMap<>();
        private final TreeMap<Long, Owed> owed = new TreeMap<>();
        private final BitSet received = new BitSet();
        private long expirySeconds;
        private long closedAtMillis = OPEN;
        private long lastSequence;

        StoredSession(String clientId) {
            this.clientId = clientId;
        }

        public String clientId() {
            return clientId;
        }

        public long expirySeconds() {
            return expirySeconds;
        }

        /// ms since 1970 UTC, or [#OPEN].
        public long closedAtMillis() {
            return closedAtMillis;
        }

        /// The highest number that a message of it ever had.
        public long lastSequence() {
            return lastSequence;
        }

        public Collection<StoredSubscription> subscriptions() {
            return subscriptions.values();
        }

        /// By sequence, ascending.
        public Collection<Owed> owed() {
            return owed.values();
        }

        /// Packet ids of QoS 2 messages that were taken and not yet released; not to be changed.
        public BitSet received() {
            return received;
        }
    }

    public record StoredSubscription(
            String filter, SubscriptionOptions options, int subscriptionId) {}

    /// A message that is owed.
    ///
    /// @param sharedFilter the shared subscription that it came by, or null
    /// @param released the client has it, and is owed PUBREL only
    @SuppressWarnings("ArrayRecordComponent") // a handful of numbers, never compared
    public record Owed(
            long sequence,
            Message message,
            Qos qos,
            boolean retain,
            int[] subscriptionIds,
            @Nullable String sharedFilter,
            boolean released) {}

    public void apply(SessionChange change) {
        switch (change) {
            case SessionChange.Opened c -> open(c);
            case SessionChange.Closed c -> {
                StoredSession session = sessions.get(c.clientId());
                if (session != null) {
                    session.closedAtMillis = c.atMillis();
                    session.expirySeconds = c.expirySeconds();
                }
            }
            case SessionChange.Removed c -> sessions.remove(c.clientId());
            case SessionChange.Subscribed c -> {
                StoredSession session = sessions.get(c.clientId());
                if (session != null) {
                    session.subscriptions.put(
                            c.filter(),
                            new StoredSubscription(c.filter(), c.options(), c.subscriptionId()));
                }
            }
            case SessionChange.Unsubscribed c -> {
                StoredSession session = sessions.get(c.clientId());
                if (session != null) {
                    session.subscriptions.remove(c.filter());
                }
            }
            case SessionChange.Queued c -> {
                for (SessionChange.Target each : c.targets()) {
                    owe(c.message(), each);
                }
            }
            case SessionChange.Released c -> {
                StoredSession session = sessions.get(c.clientId());
                if (session != null) {
                    session.owed.computeIfPresent(c.sequence(), (key, owed) -> released(owed));
                }
            }
            case SessionChange.Settled c -> {
                StoredSession session = sessions.get(c.clientId());
                if (session != null) {
                    session.owed.remove(c.sequence());
                    session.lastSequence = Math.max(session.lastSequence, c.sequence());
                }
            }
            case SessionChange.Received c -> {
                StoredSession session = sessions.get(c.clientId());
                if (session != null) {
                    session.received.set(c.packetId());
                }
            }
            case SessionChange.Completed c -> {
                StoredSession session = sessions.get(c.clientId());
                if (session != null) {
                    session.received.clear(c.packetId());
                }
            }
            case SessionChange.Retained c -> {
                Message message = c.message();
                if (message == null) {
                    retained.remove(c.topic());
                } else {
                    retained.put(c.topic(), message);
                }
            }
        }
    }

    private void open(SessionChange.Opened c) {
        if (c.clean()) {
            sessions.remove(c.clientId());
        }
        StoredSession session = sessions.computeIfAbsent(c.clientId(), StoredSession::new);
        session.expirySeconds = c.expirySeconds();
        session.closedAtMillis = StoredSession.OPEN;
    }

    private void owe(Message message, SessionChange.Target target) {
        StoredSession session = sessions.get(target.clientId());
        if (session != null) {
            session.owed.put(
                    target.sequence(),
                    new Owed(
                            target.sequence(),
                            message,
                            target.qos(),
                            target.retain(),
                            target.subscriptionIds(),
                            target.sharedFilter(),
                            false));
            session.lastSequence = Math.max(session.lastSequence, target.sequence());
        }
    }

    private static Owed released(Owed owed) {
        return new Owed(
                owed.sequence(),
                owed.message(),
                owed.qos(),
                owed.retain(),
                owed.subscriptionIds(),
                owed.sharedFilter(),
                true);
    }

    public Collection<StoredSession> sessions() {
        return sessions.values();
    }

    public @Nullable StoredSession session(String clientId) {
        return sessions.get(clientId);
    }

    /// By topic.
    public Collection<Message> retained() {
        return retained.values();
    }

    /// The changes that rebuild this image when applied to an empty one, in order. A message that several
    /// sessions are owed comes once.
    public void forEach(Consumer<SessionChange> consumer) {
        for (Message each : retained.values()) {
            consumer.accept(new SessionChange.Retained(each.topic(), each));
        }
        IdentityHashMap<Message, List<SessionChange.Target>> owed = new IdentityHashMap<>();
        List<Message> messages = new ArrayList<>();
        for (StoredSession each : sessions.values()) {
            begin(each, consumer);
            for (Owed o : each.owed.values()) {
                owed.computeIfAbsent(
                                o.message(),
                                message -> {
                                    messages.add(message);
                                    return new ArrayList<>(1);
                                })
                        .add(
                                new SessionChange.Target(
                                        each.clientId,
                                        o.sequence(),
                                        o.qos(),
                                        o.retain(),
                                        o.subscriptionIds(),
                                        o.sharedFilter()));
            }
        }
        for (Message each : messages) {
            consumer.accept(new SessionChange.Queued(each, owed.getOrDefault(each, List.of())));
        }
        for (StoredSession each : sessions.values()) {
            end(each, consumer);
        }
    }

    private static void begin(StoredSession session, Consumer<SessionChange> consumer) {
        String id = session.clientId;
        consumer.accept(new SessionChange.Opened(id, true, session.expirySeconds));
        // Keeps the numbers going on where they were, though the message itself is gone.
        consumer.accept(new SessionChange.Settled(id, session.lastSequence));
        for (StoredSubscription s : session.subscriptions.values()) {
            consumer.accept(
                    new SessionChange.Subscribed(id, s.filter(), s.options(), s.subscriptionId()));
        }
    }

    private static void end(StoredSession session, Consumer<SessionChange> consumer) {
        String id = session.clientId;
        for (Owed o : session.owed.values()) {
            if (o.released()) {
                consumer.accept(new SessionChange.Released(id, o.sequence()));
            }
        }
        session.received.stream()
                .forEach(packetId -> consumer.accept(new SessionChange.Received(id, packetId)));
        if (session.closedAtMillis != StoredSession.OPEN) {
            consumer.accept(
                    new SessionChange.Closed(id, session.closedAtMillis, session.expirySeconds));
        }
    }

    /// Another image with the same content; messages are shared.
    public SessionImage copy() {
        SessionImage copy = new SessionImage();
        forEach(copy::apply);
        return copy;
    }
}
