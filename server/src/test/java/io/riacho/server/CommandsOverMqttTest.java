package io.riacho.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import io.riacho.api.commands.Command;
import io.riacho.config.ConfigSources;
import io.riacho.lake.QueryLimits;
import io.riacho.lake.QueryResult;
import io.riacho.testkit.HttpCalls;
import io.riacho.testkit.MqttDevice;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The whole server with real clients as devices.
class CommandsOverMqttTest {

    private static final String STATUS = "irrigation/gateway/status";

    @TempDir Path data;

    private ServerConfig config(String... settings) {
        ConfigSources<ServerConfig> sources =
                ServerConfig.sources()
                        .anyPorts()
                        .text("test.yaml", "groups: {north: [p1, p2]}")
                        .flag("data", data.toString())
                        .flag("retention.free-disk-bytes-min", "0");
        for (String each : settings) {
            sources.flag(
                    each.substring(0, each.indexOf('=')), each.substring(each.indexOf('=') + 1));
        }
        return sources.load().config();
    }

    /// On a machine that is busy with other things.
    private static ConditionFactory await() {
        return Awaitility.await().atMost(60, TimeUnit.SECONDS);
    }

    private static MqttDevice device(Riacho riacho, String id) throws Exception {
        return MqttDevice.connect(riacho.address("mqtt"), id);
    }

    private static String topic(String device) {
        return "irrigation/control/" + device + "/command";
    }

    private static String order(Riacho riacho, String json) throws Exception {
        return HttpCalls.post(riacho.address("http"), "/api/v1/commands", json);
    }

    private static void heat(Riacho riacho, String sensor) throws Exception {
        HttpCalls.post(
                riacho.address("http"),
                "/api/v1/readings",
                "{\"sensor_id\":\"" + sensor + "\",\"value\":40}");
    }

    private static Command newest(Riacho riacho, String device) {
        return riacho.commands().newest(device).orElseThrow();
    }

    private static void awaitState(Riacho riacho, String device, Command.State state) {
        await().untilAsserted(() -> assertThat(newest(riacho, device).state()).isEqualTo(state));
    }

    /// A client that said goodbye is gone for the server, too.
    private static void awaitNobodyConnected(Riacho riacho) {
        await().untilAsserted(() ->
                assertThat(HttpCalls.get(riacho.address("http"), "/metrics"))
                        .contains("riacho_mqtt_connections 0"));
    }

    private static void answer(MqttDevice device, String of, JsonNode command) throws Exception {
        device.publish(
                STATUS,
                "{\"device_id\":\""
                        + of
                        + "\",\"command_id\":\""
                        + command.get("id").textValue()
                        + "\"}");
    }

    private static List<String> query(Riacho riacho, String sql) throws Exception {
        List<String> rows = new ArrayList<>();
        try (QueryResult result = riacho.lake().query(sql, QueryLimits.defaults())) {
            while (result.next()) {
                rows.add(String.valueOf(result.value(0)));
            }
        }
        return rows;
    }

    @Test
    void aCommandGoesOutWhileTheDeviceIsThereAndEveryStateIsInSql() throws Exception {
        try (Riacho riacho = Riacho.start(config());
                MqttDevice device =
                        MqttDevice.connect(riacho.address("mqtt"), "hot", false)
                                .subscribe(topic("hot"))) {
            heat(riacho, "hot");
            Mqtt5Publish publish = device.next();
            assertThat(publish.getTopic().toString()).isEqualTo(topic("hot"));
            assertThat(publish.getContentType().orElseThrow().toString())
                    .isEqualTo("application/json");
            JsonNode command = new ObjectMapper().readTree(publish.getPayloadAsBytes());
            assertThat(command.get("device_id").textValue()).isEqualTo("hot");
            assertThat(command.get("sensor_id").textValue()).isEqualTo("hot");
            assertThat(command.get("turn_on").booleanValue()).isTrue();
            assertThat(command.get("rule").textValue()).isEqualTo("irrigate-when-hot");
            assertThat(command.get("average").doubleValue()).isEqualTo(40);
            assertThat(command.get("sequence").longValue()).isEqualTo(1);
            assertThat(command.has("issued_at")).isTrue();
            assertThat(command.has("expires_at")).isTrue();
            awaitState(riacho, "hot", Command.State.SENT);
            publish.acknowledge();
            awaitState(riacho, "hot", Command.State.DELIVERED);
            answer(device, "hot", command);
            awaitState(riacho, "hot", Command.State.ACKNOWLEDGED);
            assertThat(query(riacho, "SELECT state FROM command_events ORDER BY position"))
                    .containsExactly("issued", "sent", "delivered", "acknowledged");
            assertThat(query(riacho, "SELECT state FROM commands")).containsExactly("acknowledged");
        }
    }

    @Test
    void aDeviceThatReturnsGetsTheNewestWishAndNotTheHistoryAlsoAfterARestart() throws Exception {
        String id;
        try (Riacho riacho = Riacho.start(config())) {
            device(riacho, "pump").subscribe(topic("pump")).close();
            awaitNobodyConnected(riacho);
            for (boolean on : new boolean[] {true, false, true, false}) {
                order(riacho, "{\"device_id\":\"pump\",\"turn_on\":" + on + "}");
            }
            try (MqttDevice device = device(riacho, "pump")) {
                device.subscribe(topic("pump"));
                JsonNode command = device.nextJson();
                assertThat(command.get("sequence").longValue()).isEqualTo(4);
                assertThat(command.get("turn_on").booleanValue()).isFalse();
                awaitState(riacho, "pump", Command.State.DELIVERED);
            }
            awaitNobodyConnected(riacho);
            order(riacho, "{\"device_id\":\"pump\",\"turn_on\":true}");
            id = newest(riacho, "pump").id();
        }
        try (Riacho riacho = Riacho.start(config());
                MqttDevice device = device(riacho, "pump").subscribe(topic("pump"))) {
            JsonNode command = device.nextJson();
            assertThat(command.get("id").textValue()).isEqualTo(id);
            // Its PUBACK came, too: without it the message would rightly come again.
            awaitState(riacho, "pump", Command.State.DELIVERED);
            answer(device, "pump", command);
        }
        try (Riacho riacho = Riacho.start(config());
                MqttDevice device = device(riacho, "pump").subscribe(topic("pump"))) {
            assertThat(newest(riacho, "pump").state()).isEqualTo(Command.State.ACKNOWLEDGED);
            // What comes first is what is issued next: the acknowledged one was not sent again.
            order(riacho, "{\"device_id\":\"pump\",\"turn_on\":false}");
            JsonNode command = device.nextJson();
            assertThat(command.get("sequence").longValue()).isEqualTo(6);
        }
    }

    @Test
    void anExpiredCommandComesAgainWithANewExpiry() throws Exception {
        try (Riacho riacho = Riacho.start(config("commands.expiry=1s"))) {
            order(riacho, "{\"device_id\":\"pump\",\"turn_on\":true}");
            Command first = newest(riacho, "pump");
            awaitState(riacho, "pump", Command.State.EXPIRED);
            try (MqttDevice device = device(riacho, "pump").subscribe(topic("pump"))) {
                JsonNode command = device.nextJson();
                assertThat(command.get("id").textValue()).isEqualTo(first.id());
                assertThat(newest(riacho, "pump").expiresAtMicros())
                        .isGreaterThan(first.expiresAtMicros());
                answer(device, "pump", command);
                awaitState(riacho, "pump", Command.State.ACKNOWLEDGED);
                assertThat(
                                query(
                                        riacho,
                                        "SELECT DISTINCT state FROM command_events ORDER BY state"))
                        .contains("acknowledged", "expired", "issued", "sent");
            }
        }
    }

    @Test
    void aGroupIsOneCommandForEachMemberOnItsTopicAndTheGroups() throws Exception {
        try (Riacho riacho = Riacho.start(config());
                MqttDevice first = device(riacho, "p1").subscribe(topic("p1"));
                MqttDevice all = device(riacho, "gateway").subscribe(topic("north"))) {
            order(riacho, "{\"group\":\"north\",\"turn_on\":true}");
            assertThat(first.nextJson().get("device_id").textValue()).isEqualTo("p1");
            List<String> devices = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                Mqtt5Publish publish = all.next();
                assertThat(publish.getTopic().toString()).isEqualTo(topic("north"));
                JsonNode command = new ObjectMapper().readTree(publish.getPayloadAsBytes());
                devices.add(command.get("device_id").textValue());
                answer(all, devices.getLast(), command);
            }
            assertThat(devices).containsExactlyInAnyOrder("p1", "p2");
            awaitState(riacho, "p1", Command.State.ACKNOWLEDGED);
            awaitState(riacho, "p2", Command.State.ACKNOWLEDGED);
            assertThat(newest(riacho, "p1").id()).isNotEqualTo(newest(riacho, "p2").id());
            // Who comes later hears of what is still open, by either topic or a wildcard.
            order(riacho, "{\"device_id\":\"p2\",\"turn_on\":false}");
            try (MqttDevice later =
                    device(riacho, "later").subscribe("irrigation/control/+/command")) {
                JsonNode command = later.nextJson();
                assertThat(command.get("device_id").textValue()).isEqualTo("p2");
                assertThat(command.get("turn_on").booleanValue()).isFalse();
            }
        }
    }

    @Test
    void answersToUnknownCommandsAndErrorsChangeNoCommand() throws Exception {
        try (Riacho riacho = Riacho.start(config());
                MqttDevice device = device(riacho, "pump").subscribe(topic("pump"))) {
            order(riacho, "{\"device_id\":\"pump\",\"turn_on\":true}");
            JsonNode command = device.nextJson();
            awaitState(riacho, "pump", Command.State.DELIVERED);
            device.publish(STATUS, "{\"command_id\":\"no such command\"}");
            device.publish(
                    STATUS,
                    "{\"command_id\":\""
                            + command.get("id").textValue()
                            + "\",\"error\":\"valve stuck\"}");
            device.publish(STATUS, "not JSON");
            device.publish(STATUS, "[1, 2]");
            await().untilAsserted(() -> {
                JsonNode pump = devices(riacho).path(0);
                assertThat(pump.path("error").path("text").asText()).contains("valve stuck");
                assertThat(pump.path("status").path("text").asText()).isEqualTo("[1, 2]");
            });
            assertThat(newest(riacho, "pump").state()).isEqualTo(Command.State.DELIVERED);
        }
    }

    @Test
    void devicesAreOnlineOrOfflineInHttpAndSql() throws Exception {
        try (Riacho riacho = Riacho.start(config())) {
            MqttDevice device = device(riacho, "pump").subscribe(topic("pump"));
            try (MqttDevice stranger = device(riacho, "sensor-17")) {
                stranger.publish("irrigation/sensors/s1/data", "{\"value\":20}");
            }
            await().untilAsserted(() ->
                    assertThat(devices(riacho).path(0).path("presence").asText())
                            .isEqualTo("online"));
            device.publish("irrigation/errors", "{\"what\":\"pressure low\"}");
            device.publish("irrigation/diagnostics", "heap 41 %");
            await().untilAsserted(() ->
                    assertThat(devices(riacho).get(0).path("diagnostics").path("text").asText())
                            .isEqualTo("heap 41 %"));
            assertThat(devices(riacho)).as("a sender of readings is no device").hasSize(1);
            JsonNode pump = devices(riacho).get(0);
            assertThat(pump.get("device_id").textValue()).isEqualTo("pump");
            assertThat(pump.get("address").textValue()).isEqualTo("127.0.0.1");
            assertThat(pump.get("client").textValue()).isEqualTo("MQTT 5.0");
            assertThat(pump.get("error").get("text").textValue()).contains("pressure low");
            assertThat(pump.get("traffic").get("messages_received").intValue()).isEqualTo(2);
            assertThat(pump.get("traffic").get("bytes_received").intValue()).isGreaterThan(100);
            device.close();
            await().untilAsserted(() ->
                    assertThat(devices(riacho).get(0).get("presence").textValue())
                            .isEqualTo("offline"));
            assertThat(devices(riacho).get(0).get("traffic").isNull()).isTrue();
            assertThat(query(riacho, "SELECT kind FROM device_events ORDER BY position"))
                    .containsExactly("online", "error", "diagnostics", "offline");
            assertThat(query(riacho, "SELECT online FROM devices WHERE device = 'pump'"))
                    .containsExactly("false");
        }
    }

    @Test
    void anUpdateGoesToAllWhoSubscribeIt() throws Exception {
        try (Riacho riacho = Riacho.start(config());
                MqttDevice a = device(riacho, "a").subscribe("irrigation/system/updates");
                MqttDevice b = device(riacho, "b").subscribe("irrigation/system/updates")) {
            assertThat(
                            HttpCalls.post(
                                    riacho.address("http"),
                                    "/api/v1/updates",
                                    "{\"interval\":\"5s\"}"))
                    .isEqualTo("{\"subscribers\":2}");
            assertThat(a.nextJson().get("interval").textValue()).isEqualTo("5s");
            assertThat(b.nextJson().get("interval").textValue()).isEqualTo("5s");
        }
    }

    private static JsonNode devices(Riacho riacho) throws Exception {
        return new ObjectMapper()
                .readTree(HttpCalls.get(riacho.address("http"), "/api/v1/devices"))
                .get("devices");
    }
}
