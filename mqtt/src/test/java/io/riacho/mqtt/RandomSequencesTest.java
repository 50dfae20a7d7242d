package io.riacho.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import io.riacho.mqtt.RawClient.Packet;
import io.riacho.mqtt.SessionModel.Owed;
import io.riacho.mqtt.SessionModel.Said;
import io.riacho.mqtt.SessionModel.Wanted;
import io.riacho.mqtt.connection.ConnectionRegistry;
import io.riacho.mqtt.packet.Topics;
import io.riacho.mqtt.session.SessionStoreInMemory;
import io.riacho.simulation.Seed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Random sequences of what clients of both versions do, of time that passes, and of crashes of the server,
/// against a model of what each client must get ([SessionModel]): sessions that last, expire, are cleaned
/// or taken over; QoS 0, 1 and 2 both ways with acknowledgements that come late or never; windows, topic
/// aliases both ways, message expiry, retained messages, wills, subscription options and identifiers,
/// shared subscriptions. Replay one with -Driacho.seed=N, try many with -Driacho.sequences=N.
class RandomSequencesTest {

    private static final int STEPS = 400;
    private static final String[] TOPICS = {
        "a", "a/b", "a/b/c", "b", "b/c", "$d", "$d/e", "/", "a/"
    };
    private static final String[] FILTERS = {
        "#", "+", "a/#", "a/+", "+/b", "a/b/c", "+/+/+", "b", "$d/#", "/", "+/", "a/+/#"
    };
    private static final String SHARED_TOPIC = "$s/x";
    private static final String SHARED_FILTER = "$share/g/$s/#";

    static List<Seed> seeds() {
        return Seed.several(Integer.getInteger("riacho.sequences", 40));
    }

    /// A will that was left with a connection.
    private record Will(String topic, String payload, int qos, boolean retain, long delaySeconds) {}

    private record Retained(String payload, int qos, long expiresAtMillis) {}

    /// A message to a shared subscription: who got it, and whether somebody must.
    private static final class Shared {
        private final int qos;
        private final boolean sure;
        private final Set<String> receivers = new HashSet<>();
        private boolean exactlyOnce;
        private boolean sessionEnded;

        Shared(int qos, boolean sure) {
            this.qos = qos;
            this.sure = sure;
        }
    }

    /// A client and what it knows of its connection.
    private static final class Peer {
        private final SessionModel session;
        private @Nullable EmbeddedClient connection;
        private int level = 4;
        private int window;
        private @Nullable Will will;
        private long willDueAtMillis = Long.MAX_VALUE;
        private final Map<Integer, String> aliasesIn = new HashMap<>();
        private final Map<Integer, String> aliasesOut = new HashMap<>();
        private final List<String> answers = new ArrayList<>();

        Peer(String id) {
            session = new SessionModel(id);
        }
    }

    private SplittableRandom random = new SplittableRandom(0);
    private EmbeddedChannel timers = new EmbeddedChannel();
    private final List<Peer> peers = new ArrayList<>();
    private final Map<String, Retained> retained = new TreeMap<>();
    private final Map<String, Shared> shared = new HashMap<>();
    private SessionStoreInMemory store = new SessionStoreInMemory();
    private long nowMillis = 1_000_000;
    private ConnectionRegistry server = server();
    private int messages;
    private int packetId;
    private long groups;

    private ConnectionRegistry server() {
        timers = new EmbeddedChannel();
        timers.freezeTime();
        return EmbeddedServer.start(store, () -> nowMillis, timers.eventLoop());
    }

    @ParameterizedTest
    @MethodSource("seeds")
    @Normative(
            v5 = {"4.5.0-1", "4.6.0-5", "4.6.0-6", "4.4.0-1", "3.3.1-1", "3.3.4-9", "4.1.0-2"},
            v3 = {"4.5.0-1", "4.6.0-5", "4.6.0-6", "4.4.0-1", "3.3.1-1", "4.3.3-1", "4.3.3-2"})
    void everyoneGetsWhatIsDueOnceAndInOrder(Seed seed) {
        seed.run(generator -> {
            random = generator;
            for (int i = 0; i < 4; i++) {
                peers.add(new Peer("client-" + i));
            }
            for (int step = 0; step < STEPS; step++) {
                act(peers.get(random.nextInt(peers.size())));
                settle();
            }
            finish();
        });
    }

    private void act(Peer one) {
        EmbeddedClient client = one.connection;
        int what = random.nextInt(100);
        if (what < 4) {
            passTime(1 + random.nextInt(4));
        } else if (what < 6) {
            crash();
        } else if (client == null || what < 9) {
            connect(one, random.nextInt(3) == 0);
        } else if (what < 13) {
            drop(one, client);
        } else if (what < 16) {
            disconnect(one, client);
        } else if (what < 28) {
            subscribe(one, client);
        } else if (what < 32) {
            unsubscribe(one, client);
        } else if (what < 60) {
            acknowledge(one, client, 0.7);
        } else if (what < 66) {
            goOnWithQos2(one, client);
        } else {
            publish(one, client);
        }
    }

    private boolean chance(double of) {
        return random.nextDouble() < of;
    }

    // ---- connections

    private void connect(Peer one, boolean clean) {
        int level = chance(0.5) ? 4 : 5;
        long expiry = level == 5 ? random.nextInt(8) : clean ? 0 : 7 * 24 * 3600;
        Will will = null;
        if (chance(0.3)) {
            String topic = "w/" + one.session.id;
            long delay = level == 5 && chance(0.5) ? 1 + random.nextInt(5) : 0;
            will = new Will(topic, "will" + ++messages, random.nextInt(3), chance(0.3), delay);
        }
        EmbeddedClient older = one.connection;
        if (older != null) {
            // The older connection is closed; a delayed will is not published if the session goes
            // on.
            boolean goesOn = one.session.expirySeconds > 0 && !clean;
            closed(one);
            left(one, goesOn);
        }
        SessionModel session = one.session;
        boolean present = session.exists && session.expirySeconds > 0 && !clean;
        if (!present) {
            if (one.willDueAtMillis < Long.MAX_VALUE) {
                publishWill(one);
            }
            endOf(session);
        }
        one.willDueAtMillis = Long.MAX_VALUE;
        one.will = will;
        one.level = level;
        one.window = level == 5 ? 1 + random.nextInt(6) : 256;
        session.exists = true;
        session.online = true;
        session.open = true;
        session.expirySeconds = expiry;
        EmbeddedClient client = new EmbeddedClient(server);
        one.connection = client;
        client.send(connectPacket(one, clean, expiry, will));
        // Whoever had the session before hears of it first.
        if (older != null) {
            older.run();
            older.received();
            assertThat(older.isOpen()).isFalse();
        }
        client.run();
        List<Packet> received = client.received();
        assertThat(received.getFirst().first()).isEqualTo(RawClient.CONNACK);
        assertThat(received.getFirst().u8(0)).as("session present").isEqualTo(present ? 1 : 0);
        assertThat(received.getFirst().u8(1)).isZero();
        take(one, received.subList(1, received.size()));
    }

    private static Bytes connectPacket(Peer one, boolean clean, long expiry, @Nullable Will will) {
        int flags = clean ? 2 : 0;
        if (will != null) {
            flags |= 4 | will.qos() << 3 | (will.retain() ? 0x20 : 0);
        }
        Bytes body = new Bytes().text("MQTT").u8(one.level, flags).u16(0);
        if (one.level == 5) {
            Bytes properties = Bytes.of(0x11).u32(expiry).u8(0x21, 0, one.window, 0x22, 0, 3);
            body.raw(Bytes.properties(properties));
        }
        body.text(one.session.id);
        if (will != null) {
            if (one.level == 5) {
                body.raw(Bytes.properties(Bytes.of(0x18).u32(will.delaySeconds())));
            }
            body.text(will.topic()).text(will.payload());
        }
        return Bytes.packet(0x10, body);
    }

    private void drop(Peer one, EmbeddedClient client) {
        boolean lasts = one.session.expirySeconds > 0;
        closed(one);
        client.drop();
        left(one, lasts);
    }

    private void disconnect(Peer one, EmbeddedClient client) {
        boolean withWill = one.level == 5 && chance(0.2);
        if (one.level == 5 && one.session.expirySeconds > 0 && chance(0.5)) {
            long expiry = random.nextInt(6);
            one.session.expirySeconds = expiry;
            client.send(Bytes.of(0xE0, 7, withWill ? 4 : 0, 5, 0x11).u32(expiry));
        } else {
            client.send(withWill ? Bytes.of(0xE0, 1, 4) : Bytes.disconnect());
        }
        if (!withWill) {
            one.will = null;
        }
        boolean lasts = one.session.expirySeconds > 0;
        closed(one);
        left(one, lasts);
        assertThat(client.isOpen()).isFalse();
    }

    private void closed(Peer one) {
        one.connection = null;
        one.aliasesIn.clear();
        one.aliasesOut.clear();
        one.answers.clear();
        if (one.session.expirySeconds == 0) {
            endOf(one.session);
        }
        one.session.offline(nowMillis);
    }

    /// A connection closed: its will is published now, or later.
    private void left(Peer one, boolean sessionGoesOn) {
        Will will = one.will;
        if (will == null) {
            return;
        }
        if (will.delaySeconds() == 0 || !sessionGoesOn) {
            publishWill(one);
        } else {
            long seconds = Math.min(will.delaySeconds(), one.session.expirySeconds);
            one.willDueAtMillis = nowMillis + seconds * 1000;
        }
    }

    private void publishWill(Peer one) {
        Will will = one.will;
        one.will = null;
        one.willDueAtMillis = Long.MAX_VALUE;
        if (will != null) {
            publish(
                    null,
                    will.topic(),
                    will.payload(),
                    will.qos(),
                    will.retain(),
                    Long.MAX_VALUE,
                    groups);
        }
    }

    private void endOf(SessionModel session) {
        if (session.exists) {
            shared.values().forEach(each -> each.sessionEnded = true);
        }
        session.forget();
    }

    private void passTime(int seconds) {
        for (int i = 0; i < seconds; i++) {
            nowMillis += 1000;
            // What comes due in the same second may come in any order.
            groups++;
            timers.advanceTimeBy(1, TimeUnit.SECONDS);
            timers.runScheduledPendingTasks();
            for (Peer each : peers) {
                if (each.willDueAtMillis <= nowMillis) {
                    publishWill(each);
                }
            }
            for (Peer each : peers) {
                SessionModel session = each.session;
                boolean over = nowMillis - session.closedAtMillis >= session.expirySeconds * 1000;
                if (session.exists && !session.online && over) {
                    endOf(session);
                }
            }
            settle();
        }
    }

    private void crash() {
        store = new SessionStoreInMemory(store.snapshot());
        for (Peer each : peers) {
            if (each.connection != null) {
                each.connection.received();
            }
            each.connection = null;
            each.will = null;
            each.willDueAtMillis = Long.MAX_VALUE;
            each.aliasesIn.clear();
            each.aliasesOut.clear();
            each.answers.clear();
            each.session.crashed(nowMillis);
        }
        shared.values().forEach(each -> each.sessionEnded = true);
        server = server();
    }

    // ---- subscriptions

    private void subscribe(Peer one, EmbeddedClient client) {
        boolean share = chance(0.15);
        String filter = share ? SHARED_FILTER : FILTERS[random.nextInt(FILTERS.length)];
        boolean five = one.level == 5;
        int qos = random.nextInt(3);
        boolean noLocal = five && !share && chance(0.2);
        boolean asPublished = five && chance(0.3);
        int handling = five ? random.nextInt(3) : 0;
        int id = five && chance(0.5) ? 1 + random.nextInt(100) : 0;
        int options = qos | (noLocal ? 4 : 0) | (asPublished ? 8 : 0) | handling << 4;
        Bytes properties = id == 0 ? Bytes.of() : Bytes.of(0x0B, id);
        boolean isNew =
                one.session.subscriptions.put(filter, new Wanted(qos, noLocal, asPublished, id))
                        == null;
        if (!share && (handling == 0 || (handling == 1 && isNew))) {
            oweRetained(one.session, filter, qos, id);
        }
        int packet = nextId();
        one.answers.add(RawClient.SUBACK + " " + packet);
        client.send(Bytes.subscribe(one.level, packet, properties, filter, options));
    }

    private void oweRetained(SessionModel session, String filter, int qos, int id) {
        long group = ++groups;
        retained.forEach((topic, message) -> {
            if (Topics.matches(filter, topic) && nowMillis < message.expiresAtMillis()) {
                session.owe(
                        new Owed(
                                topic,
                                message.payload(),
                                Math.min(qos, message.qos()),
                                true,
                                id == 0 ? Set.of() : Set.of(id),
                                message.expiresAtMillis(),
                                group));
            }
        });
    }

    private void unsubscribe(Peer one, EmbeddedClient client) {
        String filter = chance(0.1) ? SHARED_FILTER : FILTERS[random.nextInt(FILTERS.length)];
        one.session.subscriptions.remove(filter);
        int packet = nextId();
        one.answers.add(RawClient.UNSUBACK + " " + packet);
        client.send(Bytes.unsubscribe(one.level, packet, filter));
    }

    // ---- messages from clients

    private void publish(Peer one, EmbeddedClient client) {
        int qos = random.nextInt(3);
        int id = nextId();
        String payload = "m" + ++messages;
        boolean toGroup = chance(0.15);
        String topic = toGroup ? SHARED_TOPIC : TOPICS[random.nextInt(TOPICS.length)];
        boolean retain = !toGroup && chance(0.15);
        if (retain && chance(0.3)) {
            payload = "";
        }
        int flags = qos << 1 | (retain ? 1 : 0);
        Bytes properties = Bytes.of();
        String name = topic;
        long expiresAtMillis = Long.MAX_VALUE;
        if (one.level == 5 && chance(0.2) && !toGroup) {
            int seconds = 1 + random.nextInt(6);
            expiresAtMillis = nowMillis + seconds * 1000L;
            properties.u8(0x02).u32(seconds);
        }
        if (one.level == 5 && chance(0.3)) {
            int alias = 1 + random.nextInt(3);
            properties.u8(0x23, 0, alias);
            if (topic.equals(one.aliasesOut.put(alias, topic)) && chance(0.7)) {
                name = "";
            }
        }
        if (toGroup) {
            publishToGroup(payload, qos);
        } else {
            publish(one, topic, payload, qos, retain, expiresAtMillis, ++groups);
        }
        if (qos > 0) {
            one.answers.add((qos == 1 ? RawClient.PUBACK : RawClient.PUBREC) + " " + id);
        }
        if (qos == 2) {
            one.session.taken.put(id, new String[] {topic, payload});
        }
        client.send(Bytes.publish(one.level, flags, name, id, properties, payload));
    }

    /// @param from its publisher, or null for a will
    private void publish(
            @Nullable Peer from,
            String topic,
            String payload,
            int qos,
            boolean retain,
            long expiresAtMillis,
            long group) {
        if (retain && payload.isEmpty()) {
            retained.remove(topic);
        } else if (retain) {
            retained.put(topic, new Retained(payload, qos, expiresAtMillis));
        }
        for (Peer each : peers) {
            Set<Integer> ids = new TreeSet<>();
            Wanted wanted = each.session.wanted(topic, each == from, ids);
            if (each.session.exists && wanted != null) {
                boolean keeps = retain && wanted.retainAsPublished();
                int due = Math.min(qos, wanted.qos());
                each.session.owe(new Owed(topic, payload, due, keeps, ids, expiresAtMillis, group));
            }
        }
    }

    private void publishToGroup(String payload, int qos) {
        boolean sure = qos > 0;
        boolean any = false;
        for (Peer each : peers) {
            Wanted member = each.session.subscriptions.get(SHARED_FILTER);
            if (each.session.exists && member != null) {
                any = true;
                sure &= member.qos() > 0;
            }
        }
        shared.put(payload, new Shared(qos, sure && any));
    }

    /// Sends a QoS 2 message again, or releases it.
    private void goOnWithQos2(Peer one, EmbeddedClient client) {
        for (Map.Entry<Integer, String[]> each :
                new LinkedHashMap<>(one.session.taken).entrySet()) {
            int id = each.getKey();
            String[] message = each.getValue();
            if (chance(0.4)) {
                one.answers.add(RawClient.PUBREC + " " + id);
                client.send(
                        Bytes.publish(one.level, 4 | 8, message[0], id, Bytes.of(), message[1]));
                settle();
            }
            if (chance(0.5)) {
                one.session.taken.remove(id);
                one.answers.add(RawClient.PUBCOMP + " " + id);
                client.send(Bytes.ack(0x62, id));
                settle();
            }
        }
    }

    private int nextId() {
        packetId = packetId % 65_535 + 1;
        return packetId;
    }

    // ---- messages to clients

    private void acknowledge(Peer one, EmbeddedClient client, double chance) {
        for (Owed each : List.copyOf(one.session.inFlight)) {
            if (!chance(chance)) {
                continue;
            }
            boolean refuses = one.level == 5 && !each.released && chance(0.1);
            if (refuses) {
                int first = each.qos == 1 ? 0x40 : 0x50;
                one.session.inFlight.remove(each);
                client.send(Bytes.packet(first, new Bytes().u16(each.packetId).u8(0x83)));
            } else if (each.qos == 1) {
                one.session.inFlight.remove(each);
                client.send(Bytes.ack(0x40, each.packetId));
            } else if (!each.released) {
                each.released = true;
                each.releaseDue = true;
                client.send(Bytes.ack(0x50, each.packetId));
            } else {
                one.session.inFlight.remove(each);
                client.send(Bytes.ack(0x70, each.packetId));
            }
            settle();
        }
    }

    /// Lets connected clients take what came, until nothing comes.
    private void settle() {
        boolean more = true;
        while (more) {
            more = false;
            for (Peer each : peers) {
                EmbeddedClient client = each.connection;
                if (client != null) {
                    client.run();
                    List<Packet> received = client.received();
                    more |= !received.isEmpty();
                    take(each, received);
                }
            }
        }
        for (Peer each : peers) {
            if (each.connection != null) {
                each.session.settled(each.window, nowMillis);
                assertThat(each.answers).as("answers to %s", each.session.id).isEmpty();
            }
        }
    }

    private void take(Peer one, List<Packet> received) {
        for (Packet each : received) {
            if (each.isPublish()) {
                takeMessage(one, each);
            } else if (each.first() == RawClient.PUBREL) {
                one.session.released(each.u16(0), nowMillis);
            } else {
                String answer = each.first() + " " + each.u16(0);
                assertThat(one.answers.remove(answer))
                        .as("%s to %s", answer, one.session.id)
                        .isTrue();
            }
        }
    }

    private void takeMessage(Peer one, Packet packet) {
        Said said = Said.in(packet, one.level);
        String topic = packet.topic();
        if (said.alias() > 0 && topic.isEmpty()) {
            topic = one.aliasesIn.getOrDefault(said.alias(), "");
        } else if (said.alias() > 0) {
            one.aliasesIn.put(said.alias(), topic);
        }
        String payload = packet.payload(one.level);
        if (one.session.came(packet, topic, payload, said, nowMillis) != null) {
            return;
        }
        Shared message = shared.get(payload);
        assertThat(message)
                .as(
                        "%s=%s to %s, to whom is due %s",
                        topic, payload, one.session.id, one.session.waiting)
                .isNotNull();
        takeShared(one, packet, payload, said.subscriptionIds(), Objects.requireNonNull(message));
    }

    /// It came to one member; to another only if a session ended that had not got it at QoS 2.
    private void takeShared(
            Peer one, Packet packet, String payload, Set<Integer> ids, Shared message) {
        assertThat(packet.qos()).isLessThanOrEqualTo(message.qos);
        if (!message.receivers.add(one.session.id) || message.receivers.size() > 1) {
            assertThat(message.sessionEnded && !message.exactlyOnce)
                    .as("%s again, to %s", payload, message.receivers)
                    .isTrue();
        }
        message.exactlyOnce |= packet.qos() == 2;
        Owed owed =
                new Owed(
                        SHARED_TOPIC,
                        payload,
                        packet.qos(),
                        packet.retain(),
                        ids,
                        Long.MAX_VALUE,
                        0);
        owed.idsKnown = one.level == 5;
        one.session.flies(owed, packet);
    }

    // ---- the end

    /// Everyone comes back and takes what is left.
    private void finish() {
        for (Peer each : peers) {
            if (each.connection == null) {
                connect(each, false);
                settle();
            }
        }
        for (int i = 0; i < 3 || peers.stream().anyMatch(each -> !isDone(each)); i++) {
            for (Peer each : peers) {
                EmbeddedClient client = each.connection;
                if (client != null) {
                    acknowledge(each, client, 1);
                }
            }
            assertThat(i).as("rounds").isLessThan(10_000);
        }
        shared.forEach((payload, message) -> {
            if (message.sure && !message.sessionEnded) {
                assertThat(message.receivers).as("who got %s", payload).hasSize(1);
            }
        });
    }

    private static boolean isDone(Peer one) {
        return one.session.waiting.isEmpty() && one.session.inFlight.isEmpty();
    }
}
