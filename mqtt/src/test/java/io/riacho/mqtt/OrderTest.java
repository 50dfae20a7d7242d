package io.riacho.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.riacho.mqtt.session.Message;
import io.riacho.mqtt.session.SessionChange;
import io.riacho.mqtt.session.SessionImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/// One order for what is stored, delivered and answered, whatever a second client does while a write is on
/// its way to the disk.
class OrderTest {

    private static final Bytes LASTING = Bytes.connect(4, "s", false);

    private final HeldStore store = new HeldStore();

    private TestServer server() {
        return TestServer.builder().store(store).start();
    }

    /// A lasting session that is subscribed to `t` with QoS 1, and whose client is away.
    private void leaveSubscription(TestServer server) throws IOException {
        store.writeAtOnce();
        try (RawClient client = RawClient.connected(server.port(), LASTING, 4)) {
            client.subscribe("t", 1);
            client.send(Bytes.disconnect());
            client.expectClosed();
        }
        Awaitility.await()
                .until(() -> {
                    SessionImage.StoredSession known = store.image().session("s");
                    return known != null
                            && known.closedAtMillis() != SessionImage.StoredSession.OPEN;
                });
        store.hold();
    }

    @Test
    @Normative(
            v5 = {"3.1.2-4"},
            v3 = {"3.1.2-6"})
    void cleanStartHearsNothingOfWhatWasOnItsWayToTheSessionBefore() throws Exception {
        try (TestServer server = server()) {
            leaveSubscription(server);
            try (RawClient publisher = RawClient.connected(server.port(), 5, "p");
                    RawClient clean = new RawClient(server.port()).level(5)) {
                publisher.send(Bytes.publish(5, "t", 1, 1, "old"));
                HeldStore.Write queued = store.next();
                assertThat(queued.changes().getFirst()).isInstanceOf(SessionChange.Queued.class);
                Bytes expiry = Bytes.of(0x11, 0, 0, 0, 100);
                clean.send(Bytes.connect(5, "s", true, 0, expiry));
                HeldStore.Write opened = store.next();
                queued.stored();
                publisher.expect(RawClient.PUBACK);
                opened.stored();
                assertThat(clean.expect(RawClient.CONNACK).u8(0)).isZero();
                clean.expectNothing();
                assertThat(store.image().session("s"))
                        .satisfies(s -> assertThat(s.owed()).isEmpty());
            }
        }
    }

    @Test
    void whatIsOnItsWayGoesToTheSessionThatGoesOn() throws Exception {
        try (TestServer server = server()) {
            leaveSubscription(server);
            try (RawClient publisher = RawClient.connected(server.port(), 4, "p");
                    RawClient back = new RawClient(server.port())) {
                publisher.send(Bytes.publish(4, "t", 1, 1, "m"));
                HeldStore.Write queued = store.next();
                back.send(LASTING);
                HeldStore.Write opened = store.next();
                opened.stored();
                assertThat(back.expect(RawClient.CONNACK).u8(0)).isEqualTo(1);
                back.expectNothing();
                queued.stored();
                publisher.expect(RawClient.PUBACK);
                back.expectPublish("m");
            }
        }
    }

    @Test
    void whatCouldNotBeStoredReachesNobodyAndLeavesNothing() throws Exception {
        try (TestServer server = server()) {
            leaveSubscription(server);
            store.writeAtOnce();
            try (RawClient publisher = RawClient.connected(server.port(), 5, "p");
                    RawClient live = RawClient.connected(server.port(), 4, "live");
                    RawClient back = RawClient.connected(server.port(), LASTING, 4)) {
                live.subscribe("t", 0);
                publisher.send(Bytes.publish(5, 1, "t", 0, Bytes.of(), "before"));
                live.expectPublish("before");
                int id = back.expectPublish("before").qos();
                assertThat(id).isZero();
                store.hold();
                publisher.send(Bytes.publish(5, 3, "t", 1, Bytes.of(), "lost"));
                store.next().failed(true);
                publisher.expectEnd(0x97);
                live.expectNothing();
                back.expectNothing();
                store.writeAtOnce();
                try (RawClient later = RawClient.connected(server.port(), 4, "later")) {
                    later.subscribe("t", 0).expectPublish("before");
                }
            }
        }
    }

    @Test
    @Normative(v5 = "3.3.1-9")
    void retainedMessageOnItsWayReachesWhoSubscribesMeanwhile() throws Exception {
        for (boolean lasting : new boolean[] {false, true}) {
            store.writeAtOnce();
            try (TestServer server = server();
                    RawClient publisher = RawClient.connected(server.port(), 4, "p");
                    RawClient subscriber =
                            RawClient.connected(
                                    server.port(), Bytes.connect(4, "s", !lasting), 4)) {
                store.hold();
                publisher.send(Bytes.publish(4, 3, "t", 1, Bytes.of(), "m"));
                HeldStore.Write retained = store.next();
                subscriber.send(Bytes.subscribe(4, 1, "t", 0));
                if (lasting) {
                    HeldStore.Write subscribed = store.next();
                    retained.stored();
                    subscribed.stored();
                    subscriber.expect(RawClient.SUBACK);
                } else {
                    subscriber.expect(RawClient.SUBACK);
                    subscriber.expectNothing();
                    retained.stored();
                }
                publisher.expect(RawClient.PUBACK);
                assertThat(subscriber.expectPublish("m").retain()).isTrue();
                subscriber.expectNothing();
            }
        }
    }

    @Test
    @Normative(
            v5 = {"3.3.1-5"},
            v3 = {"3.3.1-5"})
    void twoPublishersOfOneTopicHaveOneOrderLiveRetainedAndAfterACrash() throws Exception {
        try (TestServer server = server();
                RawClient live = RawClient.connected(server.port(), 4, "live");
                RawClient a = RawClient.connected(server.port(), 4, "a");
                RawClient b = RawClient.connected(server.port(), 4, "b")) {
            live.subscribe("#", 0);
            List<String> wrong = new ArrayList<>();
            for (int round = 0; round < 200; round++) {
                String topic = "t/" + round;
                a.send(Bytes.publish(4, 3, topic, 1, Bytes.of(), "a"));
                b.send(Bytes.publish(4, 3, topic, 1, Bytes.of(), "b"));
                HeldStore.Write first = store.next();
                HeldStore.Write second = store.next();
                first.stored();
                second.stored();
                a.expect(RawClient.PUBACK);
                b.expect(RawClient.PUBACK);
                String one = live.read().payload(4);
                String two = live.read().payload(4);
                String last = payload(second);
                if (!two.equals(last) || !one.equals(payload(first))) {
                    wrong.add(topic + " live " + one + two);
                }
                try (RawClient late = RawClient.connected(server.port(), 4, "late")) {
                    String kept = late.subscribe(topic, 0).read().payload(4);
                    if (!kept.equals(last)) {
                        wrong.add(topic + " retained " + kept);
                    }
                }
            }
            assertThat(wrong).isEmpty();
            assertThat(store.image().retained()).hasSize(200);
        }
    }

    private static String payload(HeldStore.Write write) {
        for (SessionChange each : write.changes()) {
            if (each instanceof SessionChange.Retained(String _, Message message)
                    && message != null) {
                return new String(message.payload(), StandardCharsets.UTF_8);
            }
        }
        throw new AssertionError("nothing is retained: " + write.changes());
    }

    @Test
    @Normative(
            v5 = {"3.10.4-1"},
            v3 = {"3.10.4-1"})
    void unsubscribeWaitsForTheSubscribeBeforeIt() throws Exception {
        try (TestServer server = server();
                RawClient client = new RawClient(server.port()).level(5)) {
            client.send(Bytes.connect(5, "s", true, 0, Bytes.of(0x11, 0, 0, 0, 100)));
            store.next().stored();
            client.expect(RawClient.CONNACK);
            client.send(Bytes.subscribe(5, 1, "a", 1).raw(Bytes.unsubscribe(5, 2, "a")));
            HeldStore.Write subscribed = store.next();
            client.expectNothing();
            assertThat(store.waiting()).isZero();
            subscribed.stored();
            client.expect(RawClient.SUBACK);
            store.next().stored();
            RawClient.Packet unsuback = client.expect(RawClient.UNSUBACK);
            assertThat(unsuback.u8(3)).isZero();
            assertThat(server.server().statistics().subscriptions()).isZero();
            assertThat(store.image().session("s"))
                    .satisfies(s -> assertThat(s.subscriptions()).isEmpty());
        }
    }

    @Test
    void publishBehindASubscribeReachesItsOwnClient() throws Exception {
        try (TestServer server = server();
                RawClient client = new RawClient(server.port())) {
            client.send(LASTING);
            store.next().stored();
            client.expect(RawClient.CONNACK);
            client.send(Bytes.subscribe(4, 1, "a", 0).raw(Bytes.publish(4, "a", 0, 0, "own")));
            store.next().stored();
            client.expect(RawClient.SUBACK);
            client.expectPublish("own");
        }
    }

    @Test
    void subscribesInOneWriteKeepToTheLimit() throws Exception {
        try (TestServer server =
                        TestServer.builder()
                                .store(store)
                                .limits(Limits.with("subscriptionsPerSessionMax", 2))
                                .start();
                RawClient client = new RawClient(server.port()).level(5)) {
            client.send(Bytes.connect(5, "s", true, 0, Bytes.of(0x11, 0, 0, 0, 100)));
            store.next().stored();
            client.expect(RawClient.CONNACK);
            Bytes all = new Bytes();
            for (int i = 1; i <= 5; i++) {
                all.raw(Bytes.subscribe(5, i, "t/" + i, 0));
            }
            client.send(all);
            List<Integer> codes = new ArrayList<>();
            for (int i = 1; i <= 5; i++) {
                if (i <= 2) {
                    store.next().stored();
                }
                RawClient.Packet suback = client.expect(RawClient.SUBACK);
                assertThat(suback.u16(0)).isEqualTo(i);
                codes.add(suback.u8(3));
            }
            assertThat(codes).containsExactly(0, 0, 0x97, 0x97, 0x97);
        }
    }

    @Test
    @Normative(v5 = "4.6.0-5")
    void retainedMessageComesBeforeANewerLiveOne() throws Exception {
        store.writeAtOnce();
        try (TestServer server = server();
                RawClient publisher = RawClient.connected(server.port(), 4, "p");
                RawClient subscriber = RawClient.connected(server.port(), LASTING, 4)) {
            publisher.send(Bytes.publish(4, 3, "t", 1, Bytes.of(), "older"));
            publisher.expect(RawClient.PUBACK);
            store.hold();
            subscriber.send(Bytes.subscribe(4, 1, "t", 1));
            HeldStore.Write subscribed = store.next();
            publisher.send(Bytes.publish(4, "t", 1, 2, "newer"));
            HeldStore.Write queued = store.next();
            store.writeAtOnce();
            subscribed.stored();
            queued.stored();
            publisher.expect(RawClient.PUBACK);
            subscriber.expect(RawClient.SUBACK);
            subscriber.expectPublish("older");
            subscriber.expectPublish("newer");
        }
        SessionImage.StoredSession kept = Objects.requireNonNull(store.image().session("s"));
        assertThat(kept.owed())
                .extracting(o -> new String(o.message().payload(), StandardCharsets.UTF_8))
                .containsExactly("older", "newer");
    }

    @Test
    void subscriptionThatCouldNotBeStoredIsNotInForce() throws Exception {
        try (TestServer server = server();
                RawClient client = new RawClient(server.port())) {
            client.send(LASTING);
            store.next().stored();
            client.expect(RawClient.CONNACK);
            client.send(Bytes.subscribe(4, 1, "t", 1));
            store.next().failed(true);
            client.expectClosed();
            Awaitility.await()
                    .atMost(5, TimeUnit.SECONDS)
                    .until(() -> server.server().statistics().subscriptions() == 0);
        }
    }

    @Test
    void messagesOfTwoPublishersToALastingSessionKeepTheOrderOfTheirNumbers() throws Exception {
        try (TestServer server = server()) {
            leaveSubscription(server);
            try (RawClient a = RawClient.connected(server.port(), 4, "a");
                    RawClient b = RawClient.connected(server.port(), 4, "b")) {
                for (int round = 0; round < 50; round++) {
                    a.send(Bytes.publish(4, "t", 1, 1, "a" + round));
                    HeldStore.Write first = store.next();
                    b.send(Bytes.publish(4, "t", 1, 1, "b" + round));
                    HeldStore.Write second = store.next();
                    first.stored();
                    second.stored();
                    a.expect(RawClient.PUBACK);
                    b.expect(RawClient.PUBACK);
                }
                store.writeAtOnce();
                try (RawClient back = RawClient.connected(server.port(), LASTING, 4)) {
                    for (int round = 0; round < 50; round++) {
                        assertThat(back.expectPublish("a" + round).publishId())
                                .isEqualTo(2 * round + 1);
                        back.expectPublish("b" + round);
                    }
                }
            }
        }
    }
}
