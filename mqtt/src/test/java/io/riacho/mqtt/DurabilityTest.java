package io.riacho.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.riacho.mqtt.packet.PublishProperties;
import io.riacho.mqtt.packet.Qos;
import io.riacho.mqtt.packet.ReasonCode;
import io.riacho.mqtt.session.SessionChange;
import io.riacho.mqtt.spi.Authorizer;
import io.riacho.mqtt.spi.Client;
import io.riacho.mqtt.spi.DeliveryListener;
import io.riacho.mqtt.spi.PublishBatch;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Nothing is acknowledged, and nothing delivered, before it is durable; and what happens when it cannot
/// be made so.
class DurabilityTest {

    private final HeldPublishes publishes = new HeldPublishes();

    @Test
    @Normative(
            v5 = {"4.3.2-4", "4.3.3-8", "4.6.0-2", "4.6.0-3"},
            v3 = {"4.3.2-2", "4.3.3-2", "4.6.0-2", "4.6.0-3", "4.6.0-6"})
    void acknowledgementsWaitAndKeepTheOrderWhoeverAnswersFirst() throws Exception {
        try (TestServer server = TestServer.builder().publishes(publishes).start();
                RawClient watcher = RawClient.connected(server.port(), 4, "watcher");
                RawClient client = RawClient.connected(server.port(), 4, "client")) {
            watcher.subscribe("t", 0);
            client.send(Bytes.publish(4, "t", 1, 1, "a"));
            PublishBatch first = publishes.next();
            client.send(Bytes.publish(4, "t", 2, 2, "b").raw(Bytes.publish(4, "t", 1, 3, "c")));
            PublishBatch second = publishes.next();
            assertThat(second.size()).isEqualTo(2);
            assertThat(second.topic(0)).isEqualTo("t");
            assertThat(second.qos(0)).isEqualTo(Qos.EXACTLY_ONCE);
            assertThat(second.payload(1).toString(StandardCharsets.UTF_8)).isEqualTo("c");
            assertThat(second.client().id()).isEqualTo("client");
            second.durable();
            client.expectNothing();
            watcher.expectNothing();
            first.durable();
            assertThat(client.expect(RawClient.PUBACK).u16(0)).isEqualTo(1);
            assertThat(client.expect(RawClient.PUBREC).u16(0)).isEqualTo(2);
            assertThat(client.expect(RawClient.PUBACK).u16(0)).isEqualTo(3);
            watcher.expectPublish("a");
            watcher.expectPublish("b");
            watcher.expectPublish("c");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    @Normative(v3 = "4.8.0-2")
    void whatCannotBeMadeDurableIsNotAcknowledged(int level) throws Exception {
        for (PublishBatch.Failure failure : PublishBatch.Failure.values()) {
            try (TestServer server = TestServer.builder().publishes(publishes).start();
                    RawClient watcher = RawClient.connected(server.port(), level, "watcher");
                    RawClient client = RawClient.connected(server.port(), level, "client")) {
                watcher.subscribe("t", 0);
                client.send(Bytes.publish(level, "t", 1, 1, "a"));
                publishes.next().failed(failure);
                client.expectEnd(failure == PublishBatch.Failure.FULL ? 0x97 : 0x89);
                watcher.expectNothing();
            }
        }
    }

    @Test
    @Normative(v5 = "4.3.3-9")
    void refusedMessageGetsItsReasonAndReachesNobody() throws Exception {
        try (TestServer server = TestServer.builder().publishes(publishes).start();
                RawClient watcher = RawClient.connected(server.port(), 5, "watcher");
                RawClient client = RawClient.connected(server.port(), 5, "client")) {
            watcher.subscribe("t", 0);
            client.send(Bytes.publish(5, "t", 1, 1, "a").raw(Bytes.publish(5, "t", 2, 2, "b")));
            PublishBatch batch = publishes.next();
            batch.refuse(0, ReasonCode.PAYLOAD_FORMAT_INVALID, "not JSON");
            batch.refuse(1, ReasonCode.QUOTA_EXCEEDED, "too many series");
            batch.durable();
            RawClient.Packet puback = client.expect(RawClient.PUBACK);
            assertThat(puback.u8(2)).isEqualTo(0x99);
            assertThat(new String(puback.body(), StandardCharsets.UTF_8)).endsWith("not JSON");
            assertThat(client.expect(RawClient.PUBREC).u8(2)).isEqualTo(0x97);
            watcher.expectNothing();
            // The id of the refused one is free: it is a new message [MQTT-4.3.3-9].
            client.send(Bytes.publish(5, "t", 2, 2, "b"));
            assertThat(publishes.next().size()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Normative(v5 = {"3.1.2-29", "3.4.2-2", "3.5.2-2", "3.14.2-3"})
    void reasonsAreLeftOutForThoseWhoDoNotWantThemOrCannotTakeThem(boolean small) throws Exception {
        Bytes properties = small ? Bytes.of(0x27, 0, 0, 0, 20) : Bytes.of(0x17, 0);
        Bytes connect = Bytes.connect(5, "terse", true, 0, properties);
        try (TestServer server = TestServer.builder().publishes(publishes).start();
                RawClient client = RawClient.connected(server.port(), connect, 5)) {
            client.send(Bytes.publish(5, "t", 1, 1, "a"));
            PublishBatch batch = publishes.next();
            batch.refuse(0, ReasonCode.PAYLOAD_FORMAT_INVALID, "not JSON");
            batch.durable();
            assertThat(client.expect(RawClient.PUBACK).body()).hasSize(4);
            client.send(Bytes.publish(5, "t", 2, 2, "b"));
            PublishBatch next = publishes.next();
            next.refuse(0, ReasonCode.PAYLOAD_FORMAT_INVALID, "not JSON");
            next.durable();
            assertThat(client.expect(RawClient.PUBREC).body()).hasSize(4);
            if (small) {
                client.send(Bytes.of(0x00, 0));
                assertThat(client.expect(RawClient.DISCONNECT).body()).hasSize(2);
            }
        }
    }

    @Test
    void refusedMessageOfVersion311IsAcknowledgedUnlessItIsNotAllowed() throws Exception {
        try (TestServer server = TestServer.builder().publishes(publishes).start();
                RawClient client = RawClient.connected(server.port(), 4, "client")) {
            client.send(Bytes.publish(4, "t", 1, 1, "a"));
            PublishBatch bad = publishes.next();
            bad.refuse(0, ReasonCode.PAYLOAD_FORMAT_INVALID, "not JSON");
            bad.durable();
            client.expect(RawClient.PUBACK);
            client.send(Bytes.publish(4, "t", 1, 2, "a"));
            PublishBatch denied = publishes.next();
            denied.refuse(0, ReasonCode.NOT_AUTHORIZED, "no");
            denied.durable();
            client.expectClosed();
        }
    }

    @Test
    void fullIntakeStopsReadingAndTheKeepAliveDoesNotCount() throws Exception {
        Bytes connect = Bytes.connect(5, "patient", true, 1, Bytes.of());
        try (TestServer server = TestServer.builder().publishes(publishes).start();
                RawClient client = RawClient.connected(server.port(), connect, 5)) {
            publishes.fill();
            client.send(Bytes.publish(5, "t", 1, 1, "a"));
            PublishBatch first = publishes.next();
            client.send(Bytes.publish(5, "t", 1, 2, "b"));
            // More than the two keep-alives after which a silent client would be gone.
            Awaitility.await()
                    .pollDelay(Duration.ofMillis(2500))
                    .until(() -> publishes.waiting() == 0);
            publishes.empty();
            PublishBatch second = publishes.next();
            first.durable();
            second.durable();
            assertThat(client.expect(RawClient.PUBACK).u16(0)).isEqualTo(1);
            assertThat(client.expect(RawClient.PUBACK).u16(0)).isEqualTo(2);
        }
    }

    @Test
    void takeOverWaitsForWhatTheFirstConnectionSent() throws Exception {
        Bytes connect = Bytes.connect(4, "same", false);
        try (TestServer server = TestServer.builder().publishes(publishes).start();
                RawClient first = RawClient.connected(server.port(), connect, 4);
                RawClient second = new RawClient(server.port())) {
            first.send(Bytes.publish(4, "t", 2, 7, "a"));
            PublishBatch batch = publishes.next();
            second.send(connect.raw(Bytes.publish(4, 4 | 8, "t", 7, Bytes.of(), "a")));
            first.expectClosed();
            batch.durable();
            assertThat(second.expect(RawClient.CONNACK).u8(0)).isEqualTo(1);
            // It was received: it is not offered again.
            second.expect(RawClient.PUBREC);
            assertThat(publishes.waiting()).isZero();
        }
    }

    @Test
    void promisesAboutASessionWaitForTheStore() throws Exception {
        HeldStore store = new HeldStore();
        try (TestServer server = TestServer.builder().store(store).start();
                RawClient client = new RawClient(server.port())) {
            client.send(Bytes.connect(4, "durable", false));
            HeldStore.Write opened = store.next();
            assertThat(opened.changes()).hasSize(1);
            assertThat(opened.changes().getFirst()).isInstanceOf(SessionChange.Opened.class);
            opened.stored();
            client.expect(RawClient.CONNACK);
            client.send(Bytes.subscribe(4, 1, "t", 1));
            HeldStore.Write subscribed = store.next();
            client.expectNothing();
            subscribed.stored();
            client.expect(RawClient.SUBACK);
            client.send(Bytes.publish(4, "t", 2, 5, "m"));
            HeldStore.Write received = store.next();
            assertThat(received.changes())
                    .hasAtLeastOneElementOfType(SessionChange.Queued.class)
                    .hasAtLeastOneElementOfType(SessionChange.Received.class);
            client.expectNothing();
            received.stored();
            RawClient.Packet a = client.read();
            RawClient.Packet b = client.read();
            assertThat(a.isPublish() ^ b.isPublish()).isTrue();
            client.send(Bytes.ack(0x62, 5));
            HeldStore.Write completed = store.next();
            assertThat(completed.changes()).contains(new SessionChange.Completed("durable", 5));
            client.expectNothing();
            completed.failed(true);
            client.expectClosed();
        }
    }

    @Test
    void serversOwnMessageIsToldWhenTheSubscriberHasIt() throws Exception {
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        DeliveryListener listener =
                new DeliveryListener() {
                    @Override
                    public void delivered(String clientId, Qos qos) {
                        told.add("delivered to " + clientId);
                    }

                    @Override
                    public void dropped(String clientId, ReasonCode code) {
                        told.add("dropped for " + clientId + ": " + code);
                    }
                };
        try (TestServer server = TestServer.start();
                RawClient client = RawClient.connected(server.port(), 5, "device")) {
            assertThat(command(server, listener)).isZero();
            client.subscribe("control/device/command", 1);
            assertThat(command(server, listener)).isEqualTo(1);
            int id = client.expectPublish("on").publishId();
            client.expectNothing();
            assertThat(told).isEmpty();
            client.send(Bytes.ack(0x40, id));
            assertThat(told.poll(10, TimeUnit.SECONDS)).isEqualTo("delivered to device");
            command(server, listener);
            id = client.expectPublish("on").publishId();
            client.send(Bytes.packet(0x40, new Bytes().u16(id).u8(0x83)));
            assertThat(told.poll(10, TimeUnit.SECONDS))
                    .isEqualTo("dropped for device: IMPLEMENTATION_SPECIFIC_ERROR");
            command(server, listener);
            client.expectPublish("on");
            client.send(Bytes.disconnect());
            assertThat(told.poll(10, TimeUnit.SECONDS))
                    .isEqualTo("dropped for device: UNSPECIFIED_ERROR");
        }
    }

    @Test
    void serversOwnMessageCanGoToOneClientAlone() throws Exception {
        try (TestServer server = TestServer.start();
                RawClient first = RawClient.connected(server.port(), 5, "first");
                RawClient second = RawClient.connected(server.port(), 5, "second");
                RawClient shared = RawClient.connected(server.port(), 5, "shared")) {
            assertThat(commandTo(server, "first")).isFalse();
            first.subscribe("control/+/command", 1);
            second.subscribe("control/#", 1);
            shared.subscribe("$share/all/control/device/command", 1);
            assertThat(commandTo(server, "second")).isTrue();
            second.expectPublish("on");
            assertThat(commandTo(server, "shared")).isTrue();
            shared.expectPublish("on");
            first.expectNothing();
            assertThat(commandTo(server, "nobody")).isFalse();
        }
    }

    private static boolean commandTo(TestServer server, String client) {
        return server.server()
                .publishTo(
                        client,
                        "control/device/command",
                        "on".getBytes(StandardCharsets.UTF_8),
                        Qos.AT_LEAST_ONCE,
                        PublishProperties.NONE,
                        null);
    }

    private static int command(TestServer server, DeliveryListener listener) {
        return server.server()
                .publish(
                        "control/device/command",
                        "on".getBytes(StandardCharsets.UTF_8),
                        Qos.AT_LEAST_ONCE,
                        false,
                        PublishProperties.NONE,
                        MqttServer.Audience.CONNECTED,
                        listener);
    }

    @Test
    @Normative(v3 = "3.3.5-2")
    void whatIsNotAllowedIsRefused() throws IOException {
        Authorizer onlyOwn =
                new Authorizer() {
                    @Override
                    public boolean mayPublish(Client client, String topic) {
                        return topic.startsWith(client.id() + "/");
                    }

                    @Override
                    public boolean mayRetain(Client client, String topic) {
                        return false;
                    }

                    @Override
                    public boolean mayWill(Client client, String topic) {
                        return topic.startsWith(client.id() + "/");
                    }

                    @Override
                    public boolean maySubscribe(Client client, String filter) {
                        return filter.startsWith(client.id() + "/");
                    }
                };
        try (TestServer server = TestServer.builder().authorizer(onlyOwn).start()) {
            try (RawClient client = RawClient.connected(server.port(), 5, "me")) {
                client.send(Bytes.publish(5, "me/x", 1, 1, "x"));
                assertThat(client.expect(RawClient.PUBACK).body()).hasSize(2);
                client.send(Bytes.publish(5, "you/x", 1, 2, "x"));
                assertThat(client.expect(RawClient.PUBACK).u8(2)).isEqualTo(0x87);
                client.send(Bytes.publish(5, 3, "me/x", 3, Bytes.of(), "x"));
                assertThat(client.expect(RawClient.PUBACK).u8(2)).isEqualTo(0x87);
                client.send(Bytes.subscribe(5, 4, "you/#", 0));
                assertThat(client.expect(RawClient.SUBACK).u8(3)).isEqualTo(0x87);
                client.send(Bytes.subscribe(5, 5, "$share/g/you/#", 0));
                assertThat(client.expect(RawClient.SUBACK).u8(3)).isEqualTo(0x87);
                client.subscribe("me/#", 0);
            }
            try (RawClient client = RawClient.connected(server.port(), 4, "me")) {
                client.send(Bytes.publish(4, "you/x", 1, 2, "x")).expectClosed();
            }
            try (RawClient client = new RawClient(server.port())) {
                client.send(
                        Bytes.connectWithWill(4, "me", 0, Bytes.of(), Bytes.of(), "you/x", "w"));
                assertThat(client.expect(RawClient.CONNACK).u8(1)).isEqualTo(5);
            }
        }
    }
}
