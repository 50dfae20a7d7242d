package io.riacho.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.riacho.mqtt.packet.PublishProperties;
import io.riacho.mqtt.packet.Qos;
import io.riacho.mqtt.spi.Client;
import io.riacho.mqtt.spi.ClientStatistics;
import io.riacho.mqtt.spi.MqttLimits;
import io.riacho.mqtt.spi.PublishBatch;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The behaviour at each limit.
class LimitsTest {

    @Test
    void oneConnectionMoreIsClosed() throws IOException {
        try (TestServer server =
                        TestServer.builder().limits(Limits.with("connectionsMax", 1)).start();
                RawClient first = RawClient.connected(server.port(), 4, "first")) {
            try (RawClient second = new RawClient(server.port())) {
                second.expectClosed();
            }
            first.expectNothing();
            first.send(Bytes.disconnect()).expectClosed();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> server.server().statistics().connections() == 0);
            RawClient.connected(server.port(), 4, "third").close();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    void oneSessionMoreIsRefused(int level) throws IOException {
        try (TestServer server =
                        TestServer.builder().limits(Limits.with("sessionsMax", 1)).start();
                RawClient first = RawClient.connected(server.port(), level, "first");
                RawClient second = new RawClient(server.port())) {
            second.send(Bytes.connect(level, "second", true));
            assertThat(second.expect(RawClient.CONNACK).u8(1)).isEqualTo(level == 5 ? 0x97 : 3);
            second.expectClosed();
            first.expectNothing();
        }
    }

    @Test
    void socketThatSaysNothingIsClosed() throws IOException {
        try (TestServer server =
                        TestServer.builder()
                                .limits(Limits.with("connectTimeoutMillis", 200))
                                .start();
                RawClient client = new RawClient(server.port())) {
            client.expectClosed();
        }
    }

    @Test
    void keepAliveBeyondTheServersIsShortenedAndAnnounced() throws IOException {
        try (TestServer server =
                        TestServer.builder().limits(Limits.with("keepAliveSecondsMax", 1)).start();
                RawClient client = new RawClient(server.port()).level(5)) {
            client.send(Bytes.connect(5, "sleepy", true, 600, Bytes.of()));
            assertThat(client.expect(RawClient.CONNACK).body()).containsSubsequence(0x13, 0, 1);
            client.expectEnd(0x8D);
        }
    }

    @Test
    void sessionExpiryBeyondTheServersIsShortenedAndAnnounced() throws IOException {
        try (TestServer server =
                        TestServer.builder()
                                .limits(Limits.with("sessionExpiryMax", Duration.ofSeconds(60)))
                                .start();
                RawClient client = new RawClient(server.port())) {
            client.send(Bytes.connect(5, "long", true, 0, Bytes.of(0x11).u32(3600)));
            assertThat(client.expect(RawClient.CONNACK).body())
                    .containsSubsequence(0x11, 0, 0, 0, 60);
        }
    }

    @Test
    void retainedMessageBeyondTheLimitIsRefusedAndAReplacementIsNot() throws IOException {
        try (TestServer server =
                TestServer.builder().limits(Limits.with("retainedMessagesMax", 1)).start()) {
            try (RawClient client = RawClient.connected(server.port(), 5, "five")) {
                client.send(Bytes.publish(5, 3, "a", 1, Bytes.of(), "x"));
                assertThat(client.expect(RawClient.PUBACK).body()).hasSize(2);
                client.send(Bytes.publish(5, 3, "b", 2, Bytes.of(), "x"));
                assertThat(client.expect(RawClient.PUBACK).u8(2)).isEqualTo(0x97);
                client.send(Bytes.publish(5, 3, "a", 3, Bytes.of(), "y"));
                assertThat(client.expect(RawClient.PUBACK).body()).hasSize(2);
            }
            try (RawClient client = RawClient.connected(server.port(), 4, "four")) {
                client.send(Bytes.publish(4, 3, "b", 2, Bytes.of(), "x")).expectClosed();
            }
        }
    }

    @Test
    void version311ClientIsNotReadBeyondItsShare() throws Exception {
        HeldPublishes publishes = new HeldPublishes();
        try (TestServer server =
                        TestServer.builder()
                                .publishes(publishes)
                                .limits(Limits.with("receiveMax", 2))
                                .start();
                RawClient client = RawClient.connected(server.port(), 4, "eager")) {
            Bytes all = new Bytes();
            for (int id = 1; id <= 5; id++) {
                all.raw(Bytes.publish(4, "t", 1, id, "m" + id));
            }
            client.send(all);
            PublishBatch first = publishes.next();
            assertThat(first.size()).isEqualTo(2);
            assertThat(publishes.waiting()).isZero();
            first.durable();
            PublishBatch second = publishes.next();
            assertThat(second.size()).isEqualTo(2);
            second.durable();
            publishes.next().durable();
            for (int id = 1; id <= 5; id++) {
                assertThat(client.expect(RawClient.PUBACK).u16(0)).isEqualTo(id);
            }
        }
    }

    @Test
    void subscriberThatDoesNotReadLosesItsOwnAndNobodyElses() throws IOException {
        try (TestServer server =
                        TestServer.builder().limits(Limits.with("queuedMessagesMax", 50)).start();
                RawClient slow = RawClient.connected(server.port(), 4, "slow");
                RawClient quick = RawClient.connected(server.port(), 4, "quick")) {
            slow.subscribe("t", 1);
            quick.subscribe("t", 0);
            byte[] large = new byte[100_000];
            int messages = 400;
            for (int i = 0; i < messages; i++) {
                server.server()
                        .publish(
                                "t",
                                large,
                                Qos.AT_LEAST_ONCE,
                                false,
                                PublishProperties.NONE,
                                MqttServer.Audience.EVERYONE,
                                null);
                assertThat(quick.read().isPublish()).isTrue();
            }
            Client at = Objects.requireNonNull(server.server().client("slow"));
            ClientStatistics statistics = at.statistics();
            assertThat(statistics.messagesQueued()).isLessThanOrEqualTo(50);
            assertThat(statistics.messagesDropped()).isPositive();
            assertThat(
                            statistics.messagesSent()
                                    + statistics.messagesQueued()
                                    + statistics.messagesDropped())
                    .isEqualTo(messages);
        }
    }

    @Test
    void limitsThatMakeNoSenseAreNamed() {
        assertThatThrownBy(() -> MqttLimits.with(Map.of("receive-max", "0")))
                .hasMessageContaining("'receive-max': is less than 1");
    }
}
