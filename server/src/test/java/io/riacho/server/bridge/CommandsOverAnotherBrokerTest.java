package io.riacho.server.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import io.riacho.api.commands.Command;
import io.riacho.server.Riacho;
import io.riacho.testkit.HttpCalls;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Commands, answers, presence and shared readings over a real Mosquitto with TLS.
class CommandsOverAnotherBrokerTest {

    private static final String DEVICE = "gateway-1";

    @TempDir Path folder;

    @SuppressWarnings("NullAway.Init") // before each test
    private BridgeSite site;

    @BeforeEach
    void begin() throws Exception {
        site = new BridgeSite(folder);
    }

    @AfterEach
    void end() {
        site.close();
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(90, TimeUnit.SECONDS);
    }

    private FieldDevice device() throws Exception {
        return new FieldDevice(DEVICE, site.gateway()).connect();
    }

    private static void order(Riacho riacho, boolean on) throws Exception {
        HttpCalls.post(
                riacho.address("http"),
                "/api/v1/commands",
                "{\"device_id\":\"" + DEVICE + "\",\"turn_on\":" + on + "}");
    }

    private static Command newest(Riacho riacho) {
        return riacho.commands().newest(DEVICE).orElseThrow();
    }

    private static void awaitState(Riacho riacho, Command.State state) {
        await().untilAsserted(() -> assertThat(newest(riacho).state()).isEqualTo(state));
    }

    private static void awaitPresence(Riacho riacho, String presence) {
        await().untilAsserted(
                        () -> assertThat(of(riacho).path("presence").asText()).isEqualTo(presence));
    }

    private static JsonNode of(Riacho riacho) throws Exception {
        return new ObjectMapper()
                .readTree(HttpCalls.get(riacho.address("http"), "/api/v1/devices"))
                .path("devices")
                .path(0);
    }

    @Test
    void onReturnOfTheBrokerADeviceGetsItsNewestWishAndItsAnswerIsInSql() throws Exception {
        site.mosquitto().start();
        try (Riacho riacho = Riacho.start(site.config());
                FieldDevice device = device()) {
            BridgeSite.awaitConnected(riacho, true);
            order(riacho, true);
            awaitState(riacho, Command.State.ACKNOWLEDGED);
            for (int stop = 0; stop < 2; stop++) {
                site.mosquitto().stop();
                BridgeSite.awaitConnected(riacho, false);
                order(riacho, false);
                order(riacho, true);
                order(riacho, false);
                assertThat(newest(riacho).state()).isEqualTo(Command.State.ISSUED);
                site.mosquitto().start();
                awaitState(riacho, Command.State.ACKNOWLEDGED);
            }
            assertThat(device.carriedOut()).containsExactly("1 on", "4 off", "7 off");
            assertThat(BridgeSite.query(riacho, "SELECT state FROM commands ORDER BY sequence"))
                    .containsExactly(
                            "acknowledged",
                            "superseded",
                            "superseded",
                            "acknowledged",
                            "superseded",
                            "superseded",
                            "acknowledged");
            // The PUBACK and the answer come by different ways: sent may come too late to count.
            assertThat(
                            BridgeSite.query(
                                    riacho,
                                    "SELECT state FROM command_events WHERE state NOT IN"
                                            + " ('sent', 'superseded') ORDER BY position"))
                    .doesNotContain("delivered", "expired")
                    .hasSize(7 + 3);
        }
    }

    @Test
    void whatWasNotAnsweredGoesOutAgainAfterARestartWithTheSameId() throws Exception {
        site.mosquitto().start();
        try (FieldDevice device = device()) {
            device.answering(false);
            String id;
            try (Riacho riacho = Riacho.start(site.config())) {
                BridgeSite.awaitConnected(riacho, true);
                order(riacho, true);
                awaitState(riacho, Command.State.SENT);
                await().until(() -> !device.ids().isEmpty());
                id = newest(riacho).id();
            }
            device.answering(true);
            try (Riacho riacho = Riacho.start(site.config())) {
                awaitState(riacho, Command.State.ACKNOWLEDGED);
            }
            assertThat(device.ids()).hasSizeGreaterThan(1).containsOnly(id);
            assertThat(device.carriedOut()).containsExactly("1 on");
        }
    }

    @Test
    void aDeviceThatComesAndGoesAtTheBrokerIsKnownByItsStatusAndItsWill() throws Exception {
        site.mosquitto().start();
        try (Riacho riacho = Riacho.start(site.config())) {
            BridgeSite.awaitConnected(riacho, true);
            FieldDevice device = device();
            awaitPresence(riacho, "online");
            device.fail();
            awaitPresence(riacho, "offline");
            assertThat(of(riacho).path("reason").asText()).isEqualTo("it said so");
        }
        FieldDevice device = device();
        try (Riacho riacho = Riacho.start(site.config())) {
            // What it said meanwhile waited at the broker.
            awaitPresence(riacho, "online");
        }
        device.close();
        try (Riacho riacho = Riacho.start(site.config())) {
            assertThat(of(riacho).path("presence").asText()).isEqualTo("online");
        }
    }

    @Test
    void anUpdateGoesToTheBrokerOrIsToldNotToHaveGone() throws Exception {
        LinkedBlockingQueue<String> updates = new LinkedBlockingQueue<>();
        try (Riacho riacho = Riacho.start(site.config())) {
            assertThatThrownBy(
                            () -> HttpCalls.post(riacho.address("http"), "/api/v1/updates", "{}"))
                    .hasMessageStartingWith("503: ")
                    .hasMessageContaining("it is not connected");
            site.mosquitto().start();
            BridgeSite.awaitConnected(riacho, true);
            Mqtt5AsyncClient gateway = site.gateway();
            gateway.connect().get(60, TimeUnit.SECONDS);
            gateway.subscribeWith()
                    .topicFilter("irrigation/system/updates")
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .callback(each ->
                            updates.add(
                                    new String(each.getPayloadAsBytes(), StandardCharsets.UTF_8)))
                    .send()
                    .get(60, TimeUnit.SECONDS);
            assertThat(HttpCalls.post(riacho.address("http"), "/api/v1/updates", "{\"a\":1}"))
                    .isEqualTo(
                            "{\"subscribers\":0,\"broker\":\"ssl://localhost:"
                                    + site.mosquitto().port()
                                    + "\"}");
            assertThat(updates.poll(60, TimeUnit.SECONDS)).isEqualTo("{\"a\":1}");
        }
    }

    @Test
    void instancesOfAShareGetEachReadingOnceAndCommandNobody() throws Exception {
        int readings = 1_000;
        site.mosquitto().start();
        try (Riacho one =
                        Riacho.start(
                                site.config("data", "irrigation-compute", "broker.share=field"));
                Riacho two =
                        Riacho.start(
                                site.config("two", "irrigation-compute-2", "broker.share=field"))) {
            BridgeSite.awaitConnected(one, true);
            BridgeSite.awaitConnected(two, true);
            Mqtt5AsyncClient gateway = site.gateway();
            gateway.connect().get(60, TimeUnit.SECONDS);
            for (int i = 0; i < readings; i++) {
                gateway.publishWith()
                        .topic("irrigation/sensors/s" + i % 10 + "/data")
                        .qos(MqttQos.AT_LEAST_ONCE)
                        .payload(
                                ("{\"value\":40,\"timestamp\":" + (1_763_668_800_000L + i) + "}")
                                        .getBytes(StandardCharsets.UTF_8))
                        .send()
                        .get(60, TimeUnit.SECONDS);
            }
            await().untilAsserted(() ->
                    assertThat(BridgeSite.readings(one) + BridgeSite.readings(two))
                            .isEqualTo(readings));
            assertThat(BridgeSite.readings(one)).isBetween(1L, readings - 1L);
            for (Riacho each : new Riacho[] {one, two}) {
                assertThat(each.commands().newestOfAll())
                        .as("its rules are there for its own door")
                        .isNotEmpty()
                        .allMatch(command -> command.state() == Command.State.ISSUED);
                assertThat(HttpCalls.get(each.address("http"), "/metrics"))
                        .containsPattern("riacho_broker_published_total 0");
            }
        }
    }
}
