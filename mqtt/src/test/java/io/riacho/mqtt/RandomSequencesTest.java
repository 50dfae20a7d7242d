package io.riacho.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.concurrent.DefaultEventExecutor;
import io.riacho.mqtt.RawClient.Packet;
import io.riacho.mqtt.packet.Topics;
import io.riacho.mqtt.session.SessionStoreInMemory;
import io.riacho.simulation.Seed;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Random sequences of what clients do, and of crashes of the server, against a model of what each must
/// get. Replay one with -Driacho.seed=N.
class RandomSequencesTest {

    private static final int STEPS = 400;
    private static final String[] TOPICS = {
        "a", "a/b", "a/b/c", "b", "b/c", "$d", "$d/e", "/", "a/"
    };
    private static final String[] FILTERS = {
        "#", "+", "a/#", "a/+", "+/b", "a/b/c", "+/+/+", "b", "$d/#", "/", "+/", "a/+/#"
    };

    static List<Seed> seeds() {
        return Seed.several(25);
    }

    /// What a message must look like when it arrives.
    private record Due(String topic, String payload, int qos) {}

    /// What the model knows of one client.
    private static final class Modelled {

        private final String id;
        private final Map<String, Integer> subscriptions = new HashMap<>();
        private final Deque<Due> due = new ArrayDeque<>();
        private boolean lasting;
        private @Nullable EmbeddedClient client;

        Modelled(String id) {
            this.id = id;
        }
    }

    private SplittableRandom random = new SplittableRandom(0);
    private final DefaultEventExecutor timers = new DefaultEventExecutor();
    private final List<Modelled> clients = new ArrayList<>();
    private SessionStoreInMemory store = new SessionStoreInMemory();
    private Broker broker = broker();
    private int messages;
    private int packetId;

    private Broker broker() {
        Broker made =
                new Broker(
                        new MqttServer.Parts(
                                List.of(),
                                MqttLimits.DEFAULTS,
                                Publishes.NONE,
                                store,
                                TestServer.EVERYBODY,
                                Authorizer.ALL,
                                ClientEvents.NONE,
                                () -> 0,
                                1),
                        timers);
        made.restore();
        return made;
    }

    @ParameterizedTest
    @MethodSource("seeds")
    @Normative(v3 = {"4.6.0-5", "4.6.0-6", "4.3.3-1", "4.3.2-1"})
    void everyoneGetsWhatIsDueOnceAndInOrder(Seed seed) {
        random = seed.generator();
        for (int i = 0; i < 4; i++) {
            clients.add(new Modelled("client-" + i));
        }
        for (int step = 0; step < STEPS; step++) {
            Modelled one = clients.get(random.nextInt(clients.size()));
            EmbeddedClient client = one.client;
            int what = random.nextInt(100);
            if (client == null) {
                connect(one);
            } else if (what < 4) {
                drop(one, client);
            } else if (what < 20) {
                subscribe(one, client);
            } else if (what < 26) {
                unsubscribe(one, client);
            } else if (what < 28) {
                crash();
            } else {
                publish(client);
            }
            clients.forEach(this::settle);
        }
        var _ = timers.shutdownGracefully();
    }

    private void connect(Modelled one) {
        boolean clean = random.nextInt(3) == 0;
        boolean present = one.lasting && !clean;
        if (!present) {
            one.subscriptions.clear();
            one.due.clear();
        }
        one.lasting = !clean;
        EmbeddedClient client = new EmbeddedClient(broker);
        client.send(Bytes.connect(4, one.id, clean));
        List<Packet> received = client.received();
        assertThat(received.getFirst().first()).isEqualTo(RawClient.CONNACK);
        assertThat(received.getFirst().u8(0)).as("session present").isEqualTo(present ? 1 : 0);
        one.client = client;
        check(one, client, received.subList(1, received.size()));
    }

    private void drop(Modelled one, EmbeddedClient client) {
        client.drop();
        one.client = null;
        if (!one.lasting) {
            one.subscriptions.clear();
        }
    }

    private void crash() {
        store = new SessionStoreInMemory(store.snapshot());
        for (Modelled each : clients) {
            EmbeddedClient client = each.client;
            if (client != null) {
                each.client = null;
            }
            if (!each.lasting) {
                each.subscriptions.clear();
                each.due.clear();
            }
        }
        broker = broker();
    }

    private void subscribe(Modelled one, EmbeddedClient client) {
        String filter = FILTERS[random.nextInt(FILTERS.length)];
        int qos = random.nextInt(3);
        client.send(Bytes.subscribe(4, nextId(), filter, qos));
        assertThat(client.received()).extracting(Packet::first).containsExactly(RawClient.SUBACK);
        one.subscriptions.put(filter, qos);
    }

    private void unsubscribe(Modelled one, EmbeddedClient client) {
        String filter = FILTERS[random.nextInt(FILTERS.length)];
        client.send(Bytes.unsubscribe(4, nextId(), filter));
        assertThat(client.received()).extracting(Packet::first).containsExactly(RawClient.UNSUBACK);
        one.subscriptions.remove(filter);
    }

    private void publish(EmbeddedClient client) {
        String topic = TOPICS[random.nextInt(TOPICS.length)];
        String payload = "m" + ++messages;
        int qos = random.nextInt(3);
        for (Modelled each : clients) {
            int granted =
                    each.subscriptions.entrySet().stream()
                            .filter(entry -> Topics.matches(entry.getKey(), topic))
                            .mapToInt(Map.Entry::getValue)
                            .max()
                            .orElse(-1);
            int due = Math.min(qos, granted);
            if (due > 0 || (due == 0 && each.client != null)) {
                each.due.add(new Due(topic, payload, due));
            }
        }
        int id = nextId();
        client.send(Bytes.publish(4, topic, qos, id, payload));
        if (qos == 2) {
            client.send(Bytes.ack(0x62, id));
        }
    }

    private int nextId() {
        packetId = packetId % 65_535 + 1;
        return packetId;
    }

    /// Lets a connected client take what came.
    private void settle(Modelled one) {
        EmbeddedClient client = one.client;
        if (client != null) {
            client.run();
            check(one, client, client.received());
            assertThat(one.due).as("due to %s", one.id).isEmpty();
        }
    }

    private static void check(Modelled one, EmbeddedClient client, List<Packet> received) {
        for (Packet each : received) {
            if (each.isPublish()) {
                Due due = new Due(each.topic(), each.payload(4), each.qos());
                assertThat(due).isEqualTo(one.due.poll());
                if (each.qos() > 0) {
                    client.send(Bytes.ack(each.qos() == 1 ? 0x40 : 0x50, each.publishId()));
                }
            } else if (each.first() == RawClient.PUBREL) {
                client.send(Bytes.ack(0x70, each.u16(0)));
            }
        }
        List<Packet> more = client.received();
        if (!more.isEmpty()) {
            check(one, client, more);
        }
    }
}
