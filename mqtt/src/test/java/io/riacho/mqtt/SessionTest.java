package io.riacho.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.riacho.mqtt.RawClient.Packet;
import io.riacho.mqtt.session.SessionStoreInMemory;
import io.riacho.mqtt.spi.MqttLimits;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Sessions that outlive their connection, and the process.
class SessionTest {

    private static TestServer server;

    @BeforeAll
    static void start() {
        server = TestServer.start();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    /// Connects to a session that lasts an hour.
    private static RawClient resume(TestServer to, int level, String id, boolean present)
            throws IOException {
        RawClient client = new RawClient(to.port()).level(level);
        Bytes expiry = Bytes.of(0x11).u32(3600);
        client.send(Bytes.connect(level, id, false, 0, level == 5 ? expiry : Bytes.of()));
        Packet connack = client.expect(RawClient.CONNACK);
        assertThat(connack.u8(1)).isZero();
        assertThat(connack.u8(0)).as("session present").isEqualTo(present ? 1 : 0);
        return client;
    }

    private static void awaitDisconnected(TestServer of, String id) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> of.server().client(id) == null);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Normative(
            v5 = {"3.1.2-5", "3.1.2-6", "3.1.2-23", "3.1.3-2", "3.2.2-3", "4.5.0-1"},
            v3 = {"3.1.2-4", "3.1.2-5", "3.1.3-2", "3.2.2-2", "3.2.2-3", "4.5.0-1"})
    void subscriptionsAndMessagesWaitForTheirClient(int level) throws IOException {
        String id = "lasting" + level;
        try (RawClient client = resume(server, level, id, false)) {
            client.subscribe(id, 1);
            client.send(Bytes.disconnect());
            client.expectClosed();
        }
        awaitDisconnected(server, id);
        try (RawClient publisher = RawClient.connected(server.port(), level, "p" + id)) {
            publisher.send(Bytes.publish(level, id, 2, 1, "one")).expect(RawClient.PUBREC);
            publisher.send(Bytes.publish(level, id, 1, 2, "two")).expect(RawClient.PUBACK);
            publisher.send(Bytes.publish(level, id, 0, 0, "lost")).expectNothing();
        }
        try (RawClient client = resume(server, level, id, true)) {
            client.expectPublish("one");
            client.expectPublish("two");
            client.expectNothing();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Normative(
            v5 = {"3.1.2-4", "3.1.4-4", "3.2.2-2"},
            v3 = {"3.1.2-6", "3.1.4-3", "3.2.2-1"})
    void cleanStartForgetsTheSession(int level) throws IOException {
        String id = "forgotten" + level;
        try (RawClient client = resume(server, level, id, false)) {
            client.subscribe(id, 1);
        }
        try (RawClient client = RawClient.connected(server.port(), level, id)) {
            client.send(Bytes.publish(level, id, 0, 0, "nobody's")).expectNothing();
        }
        awaitDisconnected(server, id);
        resume(server, level, id, false).close();
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Normative(
            v5 = {"4.4.0-1", "3.3.1-1", "4.3.3-3", "4.3.3-5", "4.3.3-6"},
            v3 = {"4.4.0-1", "3.3.1-1"})
    void whatWasNotAcknowledgedIsSentAgainWithItsIdAndInOrder(int level) throws IOException {
        String id = "again" + level;
        int first;
        int second;
        int third;
        try (RawClient client = resume(server, level, id, false);
                RawClient publisher = RawClient.connected(server.port(), level, "p" + id)) {
            client.subscribe(id, 2);
            for (int i = 1; i <= 3; i++) {
                publisher.send(Bytes.publish(level, id, i == 3 ? 1 : 2, i, "m" + i));
                publisher.read();
            }
            first = client.expectPublish("m1").publishId();
            second = client.expectPublish("m2").publishId();
            third = client.expectPublish("m3").publishId();
            client.send(Bytes.ack(0x50, first)).expect(RawClient.PUBREL);
        }
        awaitDisconnected(server, id);
        try (RawClient client = resume(server, level, id, true)) {
            assertThat(client.expect(RawClient.PUBREL).u16(0)).isEqualTo(first);
            Packet m2 = client.expectPublish("m2");
            assertThat(m2.dup()).isTrue();
            assertThat(m2.publishId()).isEqualTo(second);
            Packet m3 = client.expectPublish("m3");
            assertThat(m3.dup()).isTrue();
            assertThat(m3.publishId()).isEqualTo(third);
            client.send(Bytes.ack(0x70, first)).send(Bytes.ack(0x40, third)).expectNothing();
        }
    }

    @Test
    void receivedQos2IdsOutliveTheConnection() throws IOException {
        try (RawClient watcher = RawClient.connected(server.port(), 4, "watch-ids")) {
            watcher.subscribe("ids", 0);
            try (RawClient client = resume(server, 5, "ids", false)) {
                client.send(Bytes.publish(5, "ids", 2, 4, "x")).expect(RawClient.PUBREC);
            }
            awaitDisconnected(server, "ids");
            try (RawClient client = resume(server, 5, "ids", true)) {
                client.send(Bytes.publish(5, 4 | 8, "ids", 4, Bytes.of(), "x"));
                client.expect(RawClient.PUBREC);
                client.send(Bytes.ack(0x62, 4)).expect(RawClient.PUBCOMP);
            }
            watcher.expectPublish("x");
            watcher.expectNothing();
        }
    }

    @Test
    @Normative(v5 = "4.1.0-2")
    void sessionEndsWhenItsTimeIsUp() throws IOException {
        Bytes connect = Bytes.connect(5, "brief", false, 0, Bytes.of(0x11).u32(1));
        RawClient.connected(server.port(), connect, 5).close();
        awaitDisconnected(server, "brief");
        long sessions = server.server().statistics().sessions();
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> server.server().statistics().sessions() < sessions);
        resume(server, 5, "brief", false).close();
    }

    @Test
    @Normative(
            v5 = "4.1.0-1",
            v3 = {"4.1.0-1", "4.1.0-2"})
    void sessionLastsAsLongAsItsConnection() throws IOException {
        Bytes brief = Bytes.connect(5, "stays", false, 0, Bytes.of(0x11).u32(1));
        RawClient.connected(server.port(), brief, 5).subscribe("stays", 0).close();
        awaitDisconnected(server, "stays");
        long before = System.nanoTime();
        try (RawClient five = new RawClient(server.port()).level(5);
                RawClient four = RawClient.connected(server.port(), 4, "stays-too")) {
            five.send(brief);
            boolean present = five.expect(RawClient.CONNACK).u8(0) == 1;
            five.subscribe("stays", 0);
            four.subscribe("stays", 0);
            // Longer than the expiry that began when the client left.
            Awaitility.await().until(() -> System.nanoTime() - before > 1_500_000_000L);
            four.send(Bytes.publish(4, "stays", 0, 0, "still here")).expectPublish("still here");
            five.expectPublish("still here");
            assertThat(server.server().client("stays")).as("present: %s", present).isNotNull();
        }
    }

    @Test
    void disconnectMayShortenTheSessionButNotMakeItLast() throws IOException {
        try (RawClient client = resume(server, 5, "shortened", false)) {
            client.send(Bytes.of(0xE0, 7, 0, 5, 0x11, 0, 0, 0, 0)).expectClosed();
        }
        awaitDisconnected(server, "shortened");
        resume(server, 5, "shortened", false).close();
        try (RawClient client = RawClient.connected(server.port(), 5, "lengthened")) {
            client.send(Bytes.of(0xE0, 7, 0, 5, 0x11, 0, 0, 0, 9)).expectEnd(0x82);
        }
    }

    @Test
    @Normative(v5 = {"3.3.2-5", "3.3.2-6"})
    void messageExpiresInTheQueueAndAgesThere() throws IOException {
        AtomicLong clock = new AtomicLong(1_000_000);
        try (TestServer timed = TestServer.builder().clock(clock::get).start()) {
            try (RawClient client = resume(timed, 5, "late", false)) {
                client.subscribe("late", 1);
            }
            awaitDisconnected(timed, "late");
            try (RawClient publisher = RawClient.connected(timed.port(), 5, "on-time")) {
                Bytes ten = Bytes.of(0x02).u32(10);
                Bytes twenty = Bytes.of(0x02).u32(20);
                publisher.send(Bytes.publish(5, 2, "late", 1, ten, "gone"));
                publisher.expect(RawClient.PUBACK);
                publisher.send(Bytes.publish(5, 2, "late", 2, twenty, "here"));
                publisher.expect(RawClient.PUBACK);
            }
            clock.addAndGet(15_000);
            try (RawClient client = resume(timed, 5, "late", true)) {
                Packet got = client.expectPublish("here");
                assertThat(got.publishProperties()).containsExactly(0x02, 0, 0, 0, 5);
                client.expectNothing();
            }
        }
    }

    @Test
    @Normative(v5 = {"4.3.3-7", "4.3.3-13"})
    void whatWasBegunDoesNotExpire() throws IOException {
        AtomicLong clock = new AtomicLong(1_000_000);
        Bytes ten = Bytes.of(0x02).u32(10);
        try (TestServer timed = TestServer.builder().clock(clock::get).start();
                RawClient publisher = resume(timed, 5, "begins", false)) {
            try (RawClient client = resume(timed, 5, "begun", false)) {
                client.subscribe("begun", 2);
                publisher.send(Bytes.publish(5, 4, "begun", 7, ten, "m"));
                publisher.expect(RawClient.PUBREC);
                client.expectPublish("m");
            }
            awaitDisconnected(timed, "begun");
            clock.addAndGet(60_000);
            publisher.send(Bytes.publish(5, 4 | 8, "begun", 7, ten, "m"));
            publisher.expect(RawClient.PUBREC);
            publisher.send(Bytes.ack(0x62, 7)).expect(RawClient.PUBCOMP);
            try (RawClient client = resume(timed, 5, "begun", true)) {
                Packet again = client.expectPublish("m");
                assertThat(again.dup()).isTrue();
                client.send(Bytes.ack(0x50, again.publishId())).expect(RawClient.PUBREL);
                client.send(Bytes.ack(0x70, again.publishId())).expectNothing();
            }
        }
    }

    @Test
    @Normative(v5 = "3.1.3-10")
    void willArrivesWithItsPropertiesInOrder() throws IOException {
        Bytes properties =
                Bytes.of(0x08)
                        .text("answers")
                        .u8(0x26)
                        .text("b")
                        .text("1")
                        .u8(0x26)
                        .text("a")
                        .text("2");
        try (RawClient watcher = RawClient.connected(server.port(), 5, "will-watcher")) {
            watcher.subscribe("will/props", 0);
            Bytes connect =
                    Bytes.connectWithWill(
                            5, "will-props", 0, Bytes.of(), properties, "will/props", "died");
            RawClient.connected(server.port(), connect, 5).close();
            Packet got = watcher.expectPublish("died");
            assertThat(got.publishProperties()).containsExactly(properties.array());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Normative(
            v5 = {"3.1.2-7", "3.1.2-8", "3.1.2-10", "3.1.2-14", "3.1.2-15", "3.14.4-3"},
            v3 = {"3.1.2-8", "3.1.2-10", "3.1.2-12", "3.1.2-16", "3.1.2-17", "3.14.4-3"})
    void willIsPublishedUnlessTheClientSaysGoodbye(int level) throws IOException {
        String topic = "will/" + level;
        try (RawClient watcher = RawClient.connected(server.port(), level, "w" + topic)) {
            watcher.subscribe(topic, 0);
            Bytes connect =
                    Bytes.connectWithWill(
                            level, "dying" + level, 0, Bytes.of(), Bytes.of(), topic, "died");
            RawClient.connected(server.port(), connect, level).close();
            watcher.expectPublish("died");
            RawClient polite = RawClient.connected(server.port(), connect, level);
            polite.send(Bytes.disconnect()).expectClosed();
            awaitDisconnected(server, "dying" + level);
            watcher.expectNothing();
            Bytes kept =
                    Bytes.connectWithWill(
                            level, "dying" + level, 0x20, Bytes.of(), Bytes.of(), topic, "kept");
            RawClient.connected(server.port(), kept, level).close();
            watcher.expectPublish("kept");
            watcher.subscribe(topic, 0);
            assertThat(watcher.expectPublish("kept").retain()).isTrue();
        }
    }

    @Test
    @Normative(v5 = "3.1.3-9")
    void delayedWillIsNotPublishedWhenTheClientIsBack() throws IOException {
        try (RawClient watcher = RawClient.connected(server.port(), 5, "delay-watcher")) {
            watcher.subscribe("delayed", 0);
            Bytes lasting = Bytes.of(0x11).u32(3600);
            Bytes delay = Bytes.of(0x18).u32(1);
            Bytes first = new Bytes().text("MQTT").u8(5, 4).u16(0).raw(Bytes.properties(lasting));
            first.text("delay").raw(Bytes.properties(delay)).text("delayed").text("late");
            RawClient.connected(server.port(), Bytes.packet(0x10, first), 5).close();
            awaitDisconnected(server, "delay");
            resume(server, 5, "delay", true).send(Bytes.disconnect()).expectClosed();
            RawClient.connected(server.port(), Bytes.packet(0x10, first), 5).close();
            // The first was withdrawn; the second is published, a second later.
            long before = System.nanoTime();
            watcher.expectPublish("late");
            assertThat(System.nanoTime() - before).isGreaterThan(500_000_000L);
            watcher.expectNothing();
        }
    }

    @Test
    void disconnectWithWillPublishesIt() throws IOException {
        try (RawClient watcher = RawClient.connected(server.port(), 5, "dww")) {
            watcher.subscribe("dww", 0);
            Bytes connect =
                    Bytes.connectWithWill(5, "dww-c", 0, Bytes.of(), Bytes.of(), "dww", "bye");
            RawClient.connected(server.port(), connect, 5).send(Bytes.of(0xE0, 1, 4));
            watcher.expectPublish("bye");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    void everythingPromisedIsThereAfterTheProcessDied(int level) throws IOException {
        SessionStoreInMemory store = new SessionStoreInMemory();
        int id;
        try (TestServer before = TestServer.builder().store(store).start()) {
            try (RawClient client = resume(before, level, "survivor", false);
                    RawClient publisher = RawClient.connected(before.port(), level, "p")) {
                client.subscribe("s/#", 2);
                publisher.send(Bytes.publish(level, 3, "s/retained", 1, Bytes.of(), "r"));
                publisher.expect(RawClient.PUBACK);
                int retained = client.expectPublish("r").publishId();
                client.send(Bytes.ack(0x40, retained)).expectNothing();
                publisher.send(Bytes.publish(level, "s/x", 2, 2, "released"));
                publisher.expect(RawClient.PUBREC);
                id = client.expectPublish("released").publishId();
                client.send(Bytes.ack(0x50, id)).expect(RawClient.PUBREL);
                publisher.send(Bytes.publish(level, "s/y", 1, 3, "unacknowledged"));
                publisher.expect(RawClient.PUBACK);
                client.expectPublish("unacknowledged");
                client.send(Bytes.publish(level, "other", 2, 8, "x")).expect(RawClient.PUBREC);
                // The image as it is now is what a crash at this moment would leave.
                store = new SessionStoreInMemory(store.snapshot());
            }
        }
        try (TestServer after = TestServer.builder().store(store).start();
                RawClient watcher = RawClient.connected(after.port(), level, "watcher")) {
            watcher.subscribe("other", 0);
            watcher.subscribe("s/retained", 0).expectPublish("r");
            try (RawClient client = resume(after, level, "survivor", true)) {
                assertThat(client.expect(RawClient.PUBREL).u16(0)).isEqualTo(id);
                assertThat(client.expectPublish("unacknowledged").dup()).isTrue();
                client.send(Bytes.publish(level, 4 | 8, "other", 8, Bytes.of(), "x"));
                client.expect(RawClient.PUBREC);
                watcher.expectNothing();
                watcher.send(Bytes.publish(level, "s/z", 0, 0, "still subscribed"));
                client.expectPublish("still subscribed");
            }
        }
    }

    @Test
    void fullQueueOfAnAbsentClientKeepsTheNewest() throws IOException {
        MqttLimits few = Limits.with("queuedMessagesMax", 3);
        try (TestServer small = TestServer.builder().limits(few).start()) {
            try (RawClient client = resume(small, 4, "absent", false)) {
                client.subscribe("q", 1);
            }
            awaitDisconnected(small, "absent");
            try (RawClient publisher = RawClient.connected(small.port(), 4, "p")) {
                for (int i = 1; i <= 5; i++) {
                    publisher.send(Bytes.publish(4, "q", 1, i, "m" + i));
                    publisher.expect(RawClient.PUBACK);
                }
            }
            assertThat(small.server().statistics().messagesDropped()).isEqualTo(2);
            try (RawClient client = resume(small, 4, "absent", true)) {
                client.expectPublish("m3");
                client.expectPublish("m4");
                client.expectPublish("m5");
                client.expectNothing();
            }
        }
    }
}
