package io.riacho.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.riacho.mqtt.packet.PublishProperties;
import io.riacho.mqtt.packet.Qos;
import io.riacho.mqtt.packet.UserProperty;
import io.riacho.mqtt.session.Message;
import io.riacho.mqtt.session.SessionStoreInMemory;
import io.riacho.mqtt.spi.MqttLimits;
import io.riacho.mqtt.spi.PublishBatch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Every byte counts: each limit is filled by the content that is the least favourable for it.
class MemoryTest {

    private static final long BYTES_MAX = 4 << 20;

    /// What takes much memory and has next to no payload.
    enum Content {
        EMPTY_USER_PROPERTIES {
            @Override
            Bytes properties() {
                Bytes properties = new Bytes();
                for (int i = 0; i < 10_000; i++) {
                    properties.u8(0x26).u16(0).u16(0);
                }
                return properties;
            }
        },
        LARGE_USER_PROPERTIES {
            @Override
            Bytes properties() {
                Bytes properties = new Bytes();
                for (int i = 0; i < 4; i++) {
                    properties.u8(0x26).text("n").text("\u20AC".repeat(20_000));
                }
                return properties;
            }
        },
        CORRELATION_DATA {
            @Override
            Bytes properties() {
                return new Bytes().u8(0x09).u16(65_000).raw(new byte[65_000]);
            }
        },
        RESPONSE_TOPIC {
            @Override
            Bytes properties() {
                return new Bytes().u8(0x08).text("r".repeat(65_000));
            }
        },
        LONG_TOPIC {
            @Override
            Bytes properties() {
                return new Bytes();
            }

            @Override
            String topic(int index) {
                return "t/" + index + "x".repeat(60_000);
            }
        };

        abstract Bytes properties();

        String topic(int index) {
            return "t/" + index;
        }
    }

    /// What such a message takes at least, by what it has on the wire.
    private static long leastBytes(Content content) {
        return (long) content.properties().size() + content.topic(1).length();
    }

    @ParameterizedTest
    @EnumSource(Content.class)
    void retainedMessagesStayWithinTheirBytes(Content content) throws IOException {
        MqttLimits limits = Limits.with("retainedBytesMax", BYTES_MAX);
        try (TestServer server = TestServer.builder().limits(limits).start();
                RawClient client = RawClient.connected(server.port(), 5, "p")) {
            int taken = 0;
            int refused = 0;
            for (int i = 0; i < 100; i++) {
                client.send(Bytes.publish(5, 3, content.topic(i), 1, content.properties(), "x"));
                RawClient.Packet ack = client.expect(RawClient.PUBACK);
                if (ack.body().length == 2) {
                    taken++;
                } else {
                    assertThat(ack.u8(2)).isEqualTo(0x97);
                    refused++;
                }
            }
            assertThat(refused).isPositive();
            assertThat(taken * leastBytes(content)).isBetween(1L, BYTES_MAX);
        }
    }

    @Test
    void retainedMessagesOfOneWriteStayWithinTheirNumber() throws IOException {
        MqttLimits limits = Limits.with("retainedMessagesMax", 3);
        try (TestServer server = TestServer.builder().limits(limits).start();
                RawClient client = RawClient.connected(server.port(), 5, "p")) {
            Bytes all = new Bytes();
            for (int i = 1; i <= 5; i++) {
                all.raw(Bytes.publish(5, 3, "t/" + i, i, Bytes.of(), "x"));
            }
            client.send(all);
            List<Integer> sizes = new ArrayList<>();
            for (int i = 1; i <= 5; i++) {
                sizes.add(client.expect(RawClient.PUBACK).body().length == 2 ? 0 : 0x97);
            }
            assertThat(sizes).containsExactly(0, 0, 0, 0x97, 0x97);
            assertThat(server.server().statistics().retainedMessages()).isEqualTo(3);
        }
    }

    @ParameterizedTest
    @EnumSource(Content.class)
    void messagesForOneWhoIsAwayStayWithinTheirBytes(Content content) throws IOException {
        MqttLimits limits = Limits.with("queuedBytesTotalMax", BYTES_MAX);
        SessionStoreInMemory store = new SessionStoreInMemory();
        try (TestServer server = TestServer.builder().limits(limits).store(store).start();
                RawClient client = RawClient.connected(server.port(), 5, "p")) {
            try (RawClient away =
                    RawClient.connected(server.port(), Bytes.connect(4, "away", false), 4)) {
                away.subscribe("#", 1);
                away.send(Bytes.disconnect()).expectClosed();
            }
            for (int i = 0; i < 100; i++) {
                client.send(Bytes.publish(5, 2, content.topic(i), 1, content.properties(), "x"));
                client.expect(RawClient.PUBACK);
            }
            assertThat(server.server().statistics().bytesQueued()).isBetween(1L, BYTES_MAX);
            int kept = store.snapshot().sessions().iterator().next().owed().size();
            assertThat(kept * leastBytes(content)).isBetween(1L, BYTES_MAX);
        }
    }

    @Test
    void whatIsInFlightCountsAndClosesTheWindow() throws IOException {
        MqttLimits limits = Limits.with("queuedBytesMax", 1_000_000);
        try (TestServer server = TestServer.builder().limits(limits).start();
                RawClient slow = RawClient.connected(server.port(), 4, "slow");
                RawClient client = RawClient.connected(server.port(), 4, "p")) {
            slow.subscribe("t", 1);
            String large = "x".repeat(400_000);
            for (int i = 0; i < 5; i++) {
                client.send(Bytes.publish(4, "t", 1, 1, large));
                client.expect(RawClient.PUBACK);
            }
            List<Integer> ids = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                ids.add(slow.expectPublish(large).publishId());
            }
            slow.expectNothing();
            assertThat(server.server().statistics().bytesQueued()).isGreaterThan(1_900_000);
            slow.send(Bytes.ack(0x40, ids.getFirst()));
            slow.expectPublish(large);
            slow.send(Bytes.disconnect()).expectClosed();
            Awaitility.await().until(() -> server.server().statistics().bytesQueued() == 0);
        }
    }

    @Test
    void messagesThatWaitForTheDiskCountWithTheirTopicsAndProperties() throws Exception {
        HeldPublishes publishes = new HeldPublishes();
        MqttLimits limits = Limits.with("pendingBytesMax", 500_000);
        try (TestServer server = TestServer.builder().limits(limits).publishes(publishes).start();
                RawClient client = RawClient.connected(server.port(), 5, "p")) {
            Thread sender =
                    Thread.startVirtualThread(() -> {
                        try {
                            for (int i = 0; i < 100; i++) {
                                client.send(
                                        Bytes.publish(5, "t/" + i + "x".repeat(60_000), 0, 0, ""));
                            }
                        } catch (IOException e) {
                            assertThat(e).isNotNull();
                        }
                    });
            List<PublishBatch> held = new ArrayList<>();
            int messages = 0;
            while (messages < 9) {
                held.add(publishes.next());
                messages += held.getLast().size();
            }
            Thread.sleep(300);
            assertThat(publishes.waiting()).isLessThan(5);
            held.forEach(PublishBatch::durable);
            while (messages < 100) {
                PublishBatch next = publishes.next();
                messages += next.size();
                next.durable();
            }
            sender.join();
        }
    }

    @Test
    void weightIsMoreThanWhatTheWireHad() {
        PublishProperties properties =
                new PublishProperties(
                        true,
                        1,
                        "type",
                        "answers",
                        new byte[100],
                        List.of(new UserProperty("", ""), new UserProperty("k", "v".repeat(50))));
        Message message =
                new Message("t", new byte[10], Qos.AT_LEAST_ONCE, false, properties, Message.NEVER);
        int held = message.commonProperties().length * 2 + 100;
        assertThat(message.weightBytes()).isGreaterThan(held);
        assertThat(message.weightBytes())
                .isEqualTo(
                        Message.weightBytes(
                                "t".getBytes(StandardCharsets.UTF_8).length, 10, properties));
    }

    @ParameterizedTest
    @EnumSource(
            value = Qos.class,
            names = {"AT_MOST_ONCE", "AT_LEAST_ONCE"})
    void subscriberGetsEveryRetainedMessageAtItsOwnPace(Qos qos) throws IOException {
        int messages = 3_000;
        try (TestServer server = TestServer.start();
                RawClient client = RawClient.connected(server.port(), 4, "p");
                RawClient slow = RawClient.connected(server.port(), 4, "slow")) {
            for (int i = 0; i < messages; i++) {
                client.send(Bytes.publish(4, 3, "t/" + i, 1, Bytes.of(), "x".repeat(1_000)));
                client.expect(RawClient.PUBACK);
            }
            slow.send(Bytes.subscribe(4, 1, "t/#", qos.level()));
            slow.expect(RawClient.SUBACK);
            client.send(Bytes.publish(4, "t/live", 1, 1, "live"));
            client.expect(RawClient.PUBACK);
            Set<String> topics = new HashSet<>();
            while (topics.size() < messages) {
                RawClient.Packet next = slow.read();
                topics.add(next.topic());
                assertThat(next.retain()).isTrue();
                if (next.qos() > 0) {
                    slow.send(Bytes.ack(0x40, next.publishId()));
                }
            }
            slow.expectPublish("live");
        }
    }
}
