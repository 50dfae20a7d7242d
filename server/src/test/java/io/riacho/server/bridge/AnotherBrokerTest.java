package io.riacho.server.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.riacho.api.readings.SeriesTable;
import io.riacho.doors.bridge.BridgeListener;
import io.riacho.doors.bridge.BridgeOptions;
import io.riacho.doors.bridge.MqttBridge;
import io.riacho.doors.bridge.SourceThatIsGiven;
import io.riacho.formats.RiachoTopics;
import io.riacho.identity.Credentials;
import io.riacho.server.Riacho;
import io.riacho.testkit.IntakeThatAcksWhenTold;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Riacho as the compute identity of a real Mosquitto, with TLS and certificates of Riacho's authority.
class AnotherBrokerTest {

    private static final int READINGS = 6_000;
    private static final int IN_FLIGHT = 50;
    private static final long FIRST_MILLIS = 1_763_668_800_000L;

    @TempDir Path folder;

    @SuppressWarnings("NullAway.Init") // before each test
    private BridgeSite site;

    @SuppressWarnings("NullAway.Init") // before each test
    private Mosquitto mosquitto;

    @BeforeEach
    void issue() throws Exception {
        site = new BridgeSite(folder);
        mosquitto = site.mosquitto();
    }

    @AfterEach
    void stop() {
        site.close();
    }

    /// A gateway that publishes readings with timestamps of their own, each again and again until it is
    /// acknowledged.
    private final class Publisher implements Runnable {

        private final Mqtt5AsyncClient client;
        private final Semaphore inFlight = new Semaphore(IN_FLIGHT);
        private final AtomicInteger acknowledged = new AtomicInteger();

        Publisher() throws Exception {
            client = site.gateway();
            client.connect().get(20, TimeUnit.SECONDS);
        }

        @Override
        public void run() {
            for (int i = 0; i < READINGS; i++) {
                inFlight.acquireUninterruptibly();
                send(i);
            }
            inFlight.acquireUninterruptibly(IN_FLIGHT);
        }

        private void send(int number) {
            String payload =
                    "{\"value\":"
                            + number % 100
                            + ",\"timestamp\":"
                            + (FIRST_MILLIS + number)
                            + "}";
            client.publishWith()
                    .topic("irrigation/sensors/s" + number % 10 + "/data")
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .payload(payload.getBytes(StandardCharsets.UTF_8))
                    .send()
                    .whenComplete((_, failure) -> {
                        if (failure == null) {
                            acknowledged.incrementAndGet();
                            inFlight.release();
                        } else {
                            send(number);
                        }
                    });
        }

        int acknowledged() {
            return acknowledged.get();
        }
    }

    @Test
    void nothingIsLostNorCountedTwiceWhenTheBrokerStopsAndStarts() throws Exception {
        // It keeps trying until there is one.
        try (Riacho riacho = Riacho.start(site.config())) {
            mosquitto.start();
            Publisher publisher = new Publisher();
            awaitSubscribed(riacho, publisher);
            Thread publishing = Thread.ofPlatform().start(publisher);
            for (int stop = 1; stop <= 2; stop++) {
                int until = stop * READINGS / 4;
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> publisher.acknowledged() >= until);
                mosquitto.stop();
                mosquitto.start();
            }
            publishing.join();
            assertThat(publisher.acknowledged()).isEqualTo(READINGS);
            await().atMost(Duration.ofSeconds(90))
                    .untilAsserted(
                            () -> assertThat(BridgeSite.readings(riacho)).isEqualTo(READINGS + 1));
        }
    }

    /// The subscription is there when a message comes through; before that nobody was promised that
    /// Riacho gets it.
    private void awaitSubscribed(Riacho riacho, Publisher publisher) {
        await().atMost(Duration.ofSeconds(90))
                .until(() -> {
                    publisher
                            .client
                            .publishWith()
                            .topic("irrigation/sensors/first/data")
                            .qos(MqttQos.AT_LEAST_ONCE)
                            .payload(
                                    ("{\"value\":1,\"timestamp\":" + FIRST_MILLIS + "}")
                                            .getBytes(StandardCharsets.UTF_8))
                            .send()
                            .get(10, TimeUnit.SECONDS);
                    return BridgeSite.readings(riacho) == 1;
                });
    }

    @Test
    void whatComesWhileRiachoIsAwayWaitsAtTheBroker() throws Exception {
        mosquitto.start();
        Publisher publisher = new Publisher();
        Thread publishing;
        try (Riacho riacho = Riacho.start(site.config())) {
            awaitSubscribed(riacho, publisher);
            publishing = Thread.ofPlatform().start(publisher);
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> publisher.acknowledged() >= READINGS / 4);
        }
        publishing.join();
        try (Riacho riacho = Riacho.start(site.config())) {
            await().atMost(Duration.ofSeconds(90))
                    .untilAsserted(
                            () -> assertThat(BridgeSite.readings(riacho)).isEqualTo(READINGS + 1));
        }
    }

    @Test
    void messageIsAcknowledgedWhenItIsDurableAndInItsTurn() throws Exception {
        mosquitto.start();
        IntakeThatAcksWhenTold intake = new IntakeThatAcksWhenTold();
        Publisher publisher = new Publisher();
        BridgeOptions options = options();
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        try (MqttBridge bridge =
                MqttBridge.start(
                        options,
                        new MqttBridge.Dependencies(
                                new RiachoTopics("irrigation"),
                                intake,
                                new SeriesTable(100),
                                BridgeListener.NONE,
                                new SourceThatIsGiven(),
                                meters))) {
            await().atMost(Duration.ofSeconds(60)).until(bridge::isConnected);
            Thread publishing = Thread.ofPlatform().start(publisher);
            // As many as may be in flight, and not one more while none is durable.
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> intake.waiting() == Mosquitto.IN_FLIGHT_MAX);
            await().during(Duration.ofMillis(500))
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> intake.waiting() == Mosquitto.IN_FLIGHT_MAX);
            intake.ackAtOnce();
            intake.ackAll();
            publishing.join();
            await().atMost(Duration.ofSeconds(60))
                    .until(() ->
                            meters.get("riacho.broker.messages.received").counter().count()
                                    == READINGS);
            await().until(() -> meters.get("riacho.broker.unacknowledged").gauge().value() == 0);
        }
    }

    private BridgeOptions options() {
        Credentials compute = site.credentials("irrigation-compute");
        return BridgeOptions.with(
                Map.of(
                        "url",
                        "ssl://localhost:" + mosquitto.port(),
                        "certificate",
                        compute.certificate().toString(),
                        "key",
                        compute.privateKey().toString(),
                        "ca",
                        compute.rootCa().toString(),
                        "publishes-per-second-max",
                        "2",
                        "publish-bytes-per-second-max",
                        "4KiB",
                        "payload-bytes-max",
                        "1KiB"));
    }

    @Test
    void publishesCommandsAndNothingThatTheRoleMayNot() throws Exception {
        mosquitto.start();
        Publisher device = new Publisher();
        LinkedBlockingQueue<String> commands = new LinkedBlockingQueue<>();
        device.client
                .subscribeWith()
                .topicFilter("irrigation/control/valve-1/command")
                .callback(each ->
                        commands.add(new String(each.getPayloadAsBytes(), StandardCharsets.UTF_8)))
                .send()
                .get(10, TimeUnit.SECONDS);
        SourceThatIsGiven outbound = new SourceThatIsGiven();
        try (MqttBridge bridge =
                MqttBridge.start(
                        options(),
                        new MqttBridge.Dependencies(
                                new RiachoTopics("irrigation"),
                                new IntakeThatAcksWhenTold(),
                                new SeriesTable(100),
                                BridgeListener.NONE,
                                outbound,
                                new SimpleMeterRegistry()))) {
            await().atMost(Duration.ofSeconds(60)).until(bridge::isConnected);
            outbound.give("irrigation/control/valve-1/command", "{\"turn_on\":true}");
            for (String topic :
                    List.of(
                            "irrigation/errors",
                            "irrigation/sensors/s1/data",
                            "irrigation/gateway/status",
                            "other")) {
                outbound.give(topic, "{}");
            }
            outbound.give("irrigation/system/updates", "x".repeat(1025));
            outbound.give("irrigation/system/updates", "{}");
            assertThat(commands.poll(30, TimeUnit.SECONDS)).isEqualTo("{\"turn_on\":true}");
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() ->
                            assertThat(outbound.outcomes())
                                    .containsExactlyInAnyOrder(
                                            "irrigation/control/valve-1/command acknowledged",
                                            "irrigation/errors failed: compute does not publish"
                                                    + " there",
                                            "irrigation/sensors/s1/data failed: compute does not"
                                                    + " publish there",
                                            "irrigation/gateway/status failed: compute does not"
                                                    + " publish there",
                                            "other failed: compute does not publish there",
                                            "irrigation/system/updates failed: 1025 bytes;"
                                                    + " broker.payload-bytes-max is 1024",
                                            "irrigation/system/updates acknowledged"));
        }
    }
}
