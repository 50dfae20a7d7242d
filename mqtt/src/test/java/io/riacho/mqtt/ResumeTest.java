package io.riacho.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.riacho.mqtt.session.SessionStoreInMemory;
import io.riacho.mqtt.spi.Authorizer;
import io.riacho.mqtt.spi.Client;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Tests of what a client finds when it comes back, and of how the connection before it ends.
class ResumeTest {

    private static final Bytes LASTING = Bytes.connect(4, "s", false);
    private static final Bytes LASTING_5 =
            Bytes.connect(5, "s", false, 0, Bytes.of(0x11, 0, 0, 0, 100));

    /// Filters and topics that nobody may hear any more.
    private static final class Forbidding implements Authorizer {

        private final Set<String> forbidden = ConcurrentHashMap.newKeySet();

        @Override
        public boolean mayPublish(Client client, String topic) {
            return true;
        }

        @Override
        public boolean mayRetain(Client client, String topic) {
            return true;
        }

        @Override
        public boolean mayWill(Client client, String topic) {
            return true;
        }

        @Override
        public boolean maySubscribe(Client client, String filter) {
            return !forbidden.contains(filter);
        }
    }

    @Test
    void subscriptionThatIsNotAllowedAnyMoreEndsWhenItsClientReturns() throws IOException {
        Forbidding authorizer = new Forbidding();
        SessionStoreInMemory store = new SessionStoreInMemory();
        try (TestServer server = TestServer.builder().authorizer(authorizer).store(store).start();
                RawClient publisher = RawClient.connected(server.port(), 4, "p")) {
            try (RawClient before = RawClient.connected(server.port(), LASTING, 4)) {
                before.subscribe("secret", 1).subscribe("open", 1);
                before.send(Bytes.disconnect()).expectClosed();
            }
            publisher.send(Bytes.publish(4, "secret", 1, 1, "old"));
            publisher.expect(RawClient.PUBACK);
            publisher.send(Bytes.publish(4, "open", 1, 1, "for everybody"));
            publisher.expect(RawClient.PUBACK);
            authorizer.forbidden.add("secret");
            try (RawClient back = new RawClient(server.port())) {
                back.send(LASTING);
                assertThat(back.expect(RawClient.CONNACK).u8(0)).isEqualTo(1);
                back.expectPublish("for everybody");
                publisher.send(Bytes.publish(4, "secret", 1, 1, "new"));
                publisher.expect(RawClient.PUBACK);
                back.expectNothing();
            }
        }
        assertThat(store.snapshot().session("s"))
                .satisfies(s ->
                        assertThat(s.subscriptions())
                                .singleElement()
                                .satisfies(e -> assertThat(e.filter()).isEqualTo("open")));
    }

    @Test
    @Timeout(4)
    void clientThatDoesNotReadIsTakenOverAtOnce() throws Exception {
        try (TestServer server = TestServer.start();
                RawClient publisher = RawClient.connected(server.port(), 4, "p");
                RawClient stuck = RawClient.connected(server.port(), LASTING_5, 5)) {
            stuck.subscribe("t", 0);
            String large = "x".repeat(500_000);
            for (int i = 0; i < 40; i++) {
                publisher.send(Bytes.publish(4, "t", 0, 0, large));
            }
            publisher.expectNothing();
            try (RawClient next = new RawClient(server.port())) {
                next.send(LASTING_5);
                assertThat(next.expect(RawClient.CONNACK).u8(0)).isEqualTo(1);
            }
        }
    }

    @Test
    void clientThatSendsTooMuchReadsWhy() throws Exception {
        HeldPublishes publishes = new HeldPublishes();
        try (TestServer server =
                TestServer.builder()
                        .publishes(publishes)
                        .limits(Limits.with("receiveMax", 10))
                        .start()) {
            for (int round = 0; round < 10; round++) {
                try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
                    socket.setSoTimeout(10_000);
                    Bytes all = Bytes.connect(5, "eager-" + round, true);
                    for (int id = 1; id <= 2_000; id++) {
                        all.raw(Bytes.publish(5, "t", 1, id, "x".repeat(500)));
                    }
                    socket.getOutputStream().write(all.array());
                    Thread.sleep(50);
                    DataInputStream in = new DataInputStream(socket.getInputStream());
                    assertThat(in.readUnsignedByte()).isEqualTo(RawClient.CONNACK);
                    in.readFully(new byte[in.readUnsignedByte()]);
                    assertThat(in.readUnsignedByte()).isEqualTo(RawClient.DISCONNECT);
                    byte[] body = new byte[in.readUnsignedByte()];
                    in.readFully(body);
                    assertThat(body[0] & 0xFF).isEqualTo(0x93);
                    assertThat(in.read()).isEqualTo(-1);
                }
                publishes.next().durable();
            }
        }
    }

    @Test
    void quotaOfQos2BeginsAfreshWithEachConnection() throws IOException {
        try (TestServer server =
                TestServer.builder().limits(Limits.with("receiveMax", 2)).start()) {
            try (RawClient first = RawClient.connected(server.port(), LASTING_5, 5)) {
                for (int id = 1; id <= 2; id++) {
                    first.send(Bytes.publish(5, "t", 2, id, "m"));
                    first.expect(RawClient.PUBREC);
                }
            }
            try (RawClient second = RawClient.connected(server.port(), LASTING_5, 5)) {
                for (int id = 3; id <= 4; id++) {
                    second.send(Bytes.publish(5, "t", 2, id, "m"));
                    second.expect(RawClient.PUBREC);
                }
                second.send(Bytes.ack(0x62, 1));
                second.expect(RawClient.PUBCOMP);
                second.send(Bytes.publish(5, "t", 2, 5, "m"));
                second.expectEnd(0x93);
            }
        }
    }

    @Test
    void everyReleaseThatIsOwedComesAtAResumeWhateverTheReceiveMaximum() throws IOException {
        try (TestServer server = TestServer.start();
                RawClient publisher = RawClient.connected(server.port(), 4, "p")) {
            try (RawClient first = RawClient.connected(server.port(), LASTING_5, 5)) {
                first.subscribe("t", 2);
                for (int i = 1; i <= 4; i++) {
                    publisher.send(Bytes.publish(4, "t", i == 1 ? 1 : 2, i, "m" + i));
                    int id = first.expectPublish("m" + i).publishId();
                    if (i > 1) {
                        first.send(Bytes.ack(0x50, id));
                        first.expect(RawClient.PUBREL);
                    }
                }
            }
            Bytes one = Bytes.of(0x11, 0, 0, 0, 100, 0x21, 0, 1);
            try (RawClient second =
                    RawClient.connected(server.port(), Bytes.connect(5, "s", false, 0, one), 5)) {
                for (int id = 2; id <= 4; id++) {
                    assertThat(second.expect(RawClient.PUBREL).u16(0)).isEqualTo(id);
                }
                second.expectNothing();
                for (int id = 2; id <= 4; id++) {
                    second.send(Bytes.ack(0x70, id));
                }
                assertThat(second.expectPublish("m1").dup()).isTrue();
            }
        }
    }

    @Test
    void refusalOfAnUnknownIdIsTheEndOfIt() throws IOException {
        try (TestServer server = TestServer.start();
                RawClient client = RawClient.connected(server.port(), 5, "c")) {
            client.send(Bytes.packet(0x50, new Bytes().u16(77).u8(0x87)));
            client.expectNothing();
            client.send(Bytes.ack(0x50, 78));
            assertThat(client.expect(RawClient.PUBREL).u8(2)).isEqualTo(0x92);
        }
    }

    @Test
    void delayedWillExpiresOnlyAfterItWasPublished() throws IOException {
        try (TestServer server = TestServer.start();
                RawClient watcher = RawClient.connected(server.port(), 5, "watcher")) {
            watcher.subscribe("will", 0);
            Bytes delay2Expiry1 = Bytes.of(0x18, 0, 0, 0, 2, 0x02, 0, 0, 0, 1);
            Bytes expiry = Bytes.of(0x11, 0, 0, 0, 100);
            RawClient.connected(
                            server.port(),
                            Bytes.connectWithWill(5, "w", 0, expiry, delay2Expiry1, "will", "gone"),
                            5)
                    .close();
            watcher.expectPublish("gone");
        }
    }

    @Test
    void halfAPacketIsNoSignOfLife() throws Exception {
        try (TestServer server = TestServer.start();
                RawClient client =
                        RawClient.connected(
                                server.port(), Bytes.connect(5, "slow", true, 1, Bytes.of()), 5)) {
            long began = System.nanoTime();
            Thread drip =
                    Thread.startVirtualThread(() -> {
                        try {
                            byte[] publish = Bytes.publish(5, "t", 0, 0, "x".repeat(100)).array();
                            for (byte each : publish) {
                                client.send(Bytes.of(each & 0xFF));
                                Thread.sleep(Duration.ofMillis(100));
                            }
                        } catch (IOException | InterruptedException e) {
                            assertThat(e).isNotNull();
                        }
                    });
            client.expectEnd(0x8D);
            drip.interrupt();
            assertThat(System.nanoTime() - began).isLessThan(4_000_000_000L);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void bridgeOfMosquittoConnects(int retain) throws IOException {
        try (TestServer server = TestServer.start();
                RawClient watcher = RawClient.connected(server.port(), 4, "watcher");
                RawClient bridge = new RawClient(server.port())) {
            watcher.subscribe("$SYS/broker/connection/#", 0);
            Bytes body =
                    new Bytes()
                            .text("MQTT")
                            .u8(0x84, 2 | 4 | 8 | retain << 5)
                            .u16(60)
                            .text("bridge")
                            .text("$SYS/broker/connection/bridge/state")
                            .text("0");
            bridge.send(Bytes.packet(0x10, body));
            assertThat(bridge.expect(RawClient.CONNACK).u8(1)).isZero();
            bridge.send(
                    Bytes.publish(4, 3, "$SYS/broker/connection/bridge/state", 1, Bytes.of(), "1"));
            bridge.expect(RawClient.PUBACK);
            watcher.expectPublish("1");
        }
    }

    @Test
    void topicThatIsNotTakenCostsItsMessageAlone() throws IOException {
        try (TestServer server = TestServer.start();
                RawClient client = RawClient.connected(server.port(), 5, "c")) {
            for (String topic : new String[] {"$SYS/x", "a/".repeat(70), "$share/g/t"}) {
                client.send(Bytes.publish(5, topic, 1, 1, "m"));
                assertThat(client.expect(RawClient.PUBACK).u8(2)).isEqualTo(0x90);
                client.send(Bytes.publish(5, topic, 0, 0, "m"));
                client.expectNothing();
            }
        }
    }
}
