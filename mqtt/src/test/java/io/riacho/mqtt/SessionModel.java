package io.riacho.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.riacho.mqtt.RawClient.Packet;
import io.riacho.mqtt.packet.Topics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// A model of one client's session, as the specification has it: what is subscribed, what is owed
/// and in which order, what is in flight, which QoS 2 ids were taken.
final class SessionModel {

    /// A subscription.
    ///
    /// @param id its identifier, or 0
    record Wanted(int qos, boolean noLocal, boolean retainAsPublished, int id) {}

    /// A message that the client must get.
    static final class Owed {

        final String topic;
        final String payload;
        final int qos;
        final boolean retain;
        final Set<Integer> subscriptionIds;
        final long expiresAtMillis;

        /// Messages of one group may come in any order.
        long group;

        int packetId;
        boolean sent;
        boolean dupKnown = true;
        boolean idsKnown = true;
        boolean released;
        boolean releaseDue;

        Owed(
                String topic,
                String payload,
                int qos,
                boolean retain,
                Set<Integer> subscriptionIds,
                long expiresAtMillis,
                long group) {
            this.topic = topic;
            this.payload = payload;
            this.qos = qos;
            this.retain = retain;
            this.subscriptionIds = subscriptionIds;
            this.expiresAtMillis = expiresAtMillis;
            this.group = group;
        }

        @Override
        public String toString() {
            return topic + "=" + payload + " qos " + qos + " id " + packetId;
        }
    }

    final String id;
    final Map<String, Wanted> subscriptions = new HashMap<>();

    /// Packet ids of QoS 2 that the server has taken and the client has not released, with what they brought.
    final Map<Integer, String[]> taken = new LinkedHashMap<>();

    final List<Owed> waiting = new ArrayList<>();
    final List<Owed> inFlight = new ArrayList<>();

    /// Those that expired while they waited; and those that a crash may bring back, since the server does
    /// not know any more that they were never sent.
    private final List<Owed> expired = new ArrayList<>();

    private final List<Owed> maybe = new ArrayList<>();

    boolean exists;
    boolean online;

    /// The store has not heard that its connection closed.
    boolean open;

    long expirySeconds;
    long closedAtMillis;

    SessionModel(String id) {
        this.id = id;
    }

    void forget() {
        exists = false;
        open = false;
        subscriptions.clear();
        taken.clear();
        waiting.clear();
        inFlight.clear();
        expired.clear();
        maybe.clear();
    }

    /// The connection is gone: what was in flight is owed again, before the rest.
    void offline(long nowMillis) {
        online = false;
        open = false;
        closedAtMillis = nowMillis;
        waiting.addAll(0, inFlight);
        inFlight.clear();
        if (expirySeconds == 0) {
            forget();
        }
    }

    /// The server crashed. Of what was not acknowledged it knows that it may have been sent if the session
    /// was open when it crashed, or has not been opened since it did; otherwise it does not know.
    void crashed(long nowMillis) {
        long closed = closedAtMillis;
        boolean wasOpen = open;
        offline(nowMillis);
        open = wasOpen;
        waiting.removeIf(each -> each.qos == 0);
        if (wasOpen) {
            maybe.addAll(expired);
            expired.clear();
        }
        for (Owed each : waiting) {
            each.dupKnown &= wasOpen || !each.sent;
            each.sent = wasOpen;
        }
        if (!wasOpen) {
            closedAtMillis = closed;
        }
    }

    /// The highest of the matching subscriptions, or null: nothing is wanted.
    @Nullable Wanted wanted(String topic, boolean own, Set<Integer> ids) {
        Wanted all = null;
        for (Map.Entry<String, Wanted> each : subscriptions.entrySet()) {
            Wanted one = each.getValue();
            if (!Topics.matches(each.getKey(), topic) || (own && one.noLocal())) {
                continue;
            }
            if (one.id() != 0) {
                ids.add(one.id());
            }
            all =
                    all == null
                            ? one
                            : new Wanted(
                                    Math.max(all.qos(), one.qos()),
                                    false,
                                    all.retainAsPublished() || one.retainAsPublished(),
                                    0);
        }
        return all;
    }

    void owe(Owed message) {
        if (message.qos > 0 || online) {
            waiting.add(message);
        }
    }

    /// A PUBLISH came.
    ///
    /// @param topic what its name or alias says
    /// @param said its properties
    /// @return the message that it is, or null: none that is owed to this client by name
    @Nullable Owed came(Packet packet, String topic, String payload, Said said, long nowMillis) {
        dropExpired(nowMillis);
        Owed found = null;
        for (Owed each : waiting) {
            if (each.group != waiting.getFirst().group) {
                break;
            }
            boolean gone = !each.sent && nowMillis >= each.expiresAtMillis;
            if (!gone
                    && !each.released
                    && each.topic.equals(topic)
                    && each.payload.equals(payload)) {
                found = each;
                break;
            }
            if (each.group == 0) {
                break;
            }
        }
        for (Owed each : found == null && packet.dup() ? List.copyOf(maybe) : List.<Owed>of()) {
            if (each.topic.equals(topic) && each.payload.equals(payload)) {
                maybe.remove(each);
                flies(each, packet);
                return each;
            }
        }
        if (found == null) {
            return null;
        }
        waiting.remove(found);
        assertThat(packet.qos()).as("QoS of %s", found).isEqualTo(found.qos);
        assertThat(packet.retain()).as("RETAIN of %s", found).isEqualTo(found.retain);
        if (found.dupKnown) {
            assertThat(packet.dup()).as("DUP of %s", found).isEqualTo(found.sent);
        }
        if (said.level() == 5) {
            if (found.idsKnown) {
                assertThat(said.subscriptionIds())
                        .as("subscription ids of %s", found)
                        .isEqualTo(found.subscriptionIds);
            }
            long left =
                    found.expiresAtMillis == Long.MAX_VALUE ? -1 : leftSeconds(found, nowMillis);
            assertThat(said.expirySeconds()).as("expiry of %s", found).isEqualTo(left);
        }
        flies(found, packet);
        return found;
    }

    private static long leftSeconds(Owed message, long nowMillis) {
        return Math.max(0, (message.expiresAtMillis - nowMillis + 999) / 1000);
    }

    /// It is in flight now, if it is to be acknowledged.
    void flies(Owed message, Packet packet) {
        if (message.qos == 0) {
            return;
        }
        int packetId = packet.publishId();
        if (message.packetId == 0) {
            assertThat(inFlight).noneMatch(each -> each.packetId == packetId);
            assertThat(waiting).noneMatch(each -> each.packetId == packetId);
            message.packetId = packetId;
        }
        assertThat(packetId).as("packet id of %s", message).isEqualTo(message.packetId);
        message.sent = true;
        message.dupKnown = true;
        message.group = 0;
        inFlight.add(message);
    }

    /// A PUBREL came: the answer to a PUBREC, or again after a reconnection.
    void released(int packetId, long nowMillis) {
        dropExpired(nowMillis);
        for (Owed each : inFlight) {
            if (each.packetId == packetId && each.releaseDue) {
                each.releaseDue = false;
                return;
            }
        }
        // They come before what is sent again, in their own order.
        Owed next = waiting.stream().filter(each -> each.released).findFirst().orElseThrow();
        assertThat(packetId).isEqualTo(next.packetId);
        waiting.remove(next);
        inFlight.add(next);
    }

    private void dropExpired(long nowMillis) {
        while (!waiting.isEmpty()) {
            Owed head = waiting.getFirst();
            if (head.sent || head.released || nowMillis < head.expiresAtMillis) {
                return;
            }
            expire(head);
        }
    }

    private void expire(Owed message) {
        waiting.remove(message);
        if (message.qos > 0) {
            expired.add(message);
        }
    }

    /// Nothing is on its way: all that may be sent was.
    void settled(int window, long nowMillis) {
        dropExpired(nowMillis);
        for (Owed each : List.copyOf(waiting)) {
            if (!each.sent && !each.released && nowMillis >= each.expiresAtMillis) {
                expire(each);
            }
        }
        // A PUBREL that is sent again does not count.
        assertThat(inFlight.stream().filter(each -> !each.released).count())
                .as("in flight to %s", id)
                .isLessThanOrEqualTo(window);
        if (inFlight.size() < window) {
            assertThat(waiting).as("due to %s", id).isEmpty();
        }
        assertThat(inFlight).as("PUBREL due to %s", id).noneMatch(each -> each.releaseDue);
    }

    /// What a PUBLISH says besides its message.
    ///
    /// @param expirySeconds or -1
    record Said(int level, Set<Integer> subscriptionIds, int alias, long expirySeconds) {

        static Said in(Packet packet, int level) {
            Set<Integer> ids = new TreeSet<>();
            int alias = 0;
            long expiry = -1;
            byte[] all = level == 5 ? packet.publishProperties() : new byte[0];
            int at = 0;
            while (at < all.length) {
                switch (all[at]) {
                    case 0x02 -> {
                        expiry = (all[at + 3] & 0xFFL) << 8 | (all[at + 4] & 0xFF);
                        at += 5;
                    }
                    case 0x0B -> {
                        ids.add((int) all[at + 1]);
                        at += 2;
                    }
                    case 0x23 -> {
                        alias = all[at + 2];
                        at += 3;
                    }
                    default -> throw new AssertionError("property " + all[at]);
                }
            }
            return new Said(level, ids, alias, expiry);
        }
    }
}
