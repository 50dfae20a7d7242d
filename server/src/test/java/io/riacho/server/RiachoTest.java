package io.riacho.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import io.riacho.api.commands.Command;
import io.riacho.api.commands.Commands.Acknowledgement;
import io.riacho.lake.QueryLimits;
import io.riacho.lake.QueryResult;
import io.riacho.testkit.HttpCalls;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RiachoTest {

    @TempDir Path data;

    private ServerConfig config() {
        return ServerConfig.sources()
                .anyPorts()
                .flag("data", data.toString())
                .flag("retention.free-disk-bytes-min", "0")
                .load()
                .config();
    }

    @Test
    void aLineIsAcknowledgedStoredAndFoundAgainAfterARestart() throws Exception {
        try (Riacho riacho = Riacho.start(config())) {
            List<String> answers =
                    send(
                            riacho,
                            "{\"sensor_id\":\"s1\",\"value\":30.5,\"timestamp\":1763668800000}",
                            "{\"sensor_id\":\"s1\",\"value\":30.5,\"timestamp\":1763668800000}",
                            "{\"sensor_id\":\"s1\",\"value\":\"x\"}",
                            "{\"sensor_id\":\"s1\",\"metric\":\"humidity\",\"value\":41}");
            assertThat(answers.get(0)).isEqualTo("Dados recebidos com sucesso.");
            assertThat(answers.get(1)).isEqualTo("Dados recebidos com sucesso.");
            assertThat(answers.get(2)).startsWith("Erro: ");
            assertThat(answers.get(3)).isEqualTo("Dados recebidos com sucesso.");
            await().untilAsserted(() -> assertThat(count(riacho)).isEqualTo(2));
        }
        try (Riacho again = Riacho.start(config())) {
            assertThat(count(again)).isEqualTo(2);
            assertThat(get(again, "/api/v1/status"))
                    .as("what the page paints first")
                    .contains("\"sensor\":\"s1\",\"metric\":\"temperature\",\"value\":30.5,");
        }
    }

    @Test
    void aHotSensorTurnsItsDeviceOnAndTheDeviceAcknowledges() throws Exception {
        String id;
        try (Riacho riacho = Riacho.start(config())) {
            CopyOnWriteArrayList<Command> received = new CopyOnWriteArrayList<>();
            var subscription = riacho.commands().subscribe("hot", received::add);
            post(riacho, "readings", "{\"sensor_id\":\"hot\",\"value\":40}");
            await().until(() -> !received.isEmpty());
            Command command = received.getFirst();
            id = command.id();
            assertThat(command.fields().turnOn()).isTrue();
            subscription.close();
        }
        try (Riacho riacho = Riacho.start(config())) {
            // Not acknowledged: the newest command comes again, with the same id.
            CompletableFuture<Command> again = new CompletableFuture<>();
            var subscription = riacho.commands().subscribe("hot", again::complete);
            assertThat(again.get(10, TimeUnit.SECONDS).id()).isEqualTo(id);
            CompletableFuture<Acknowledgement> answer = new CompletableFuture<>();
            riacho.commands().acknowledge("hot", id, answer::complete);
            assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo(Acknowledgement.ACCEPTED);
            subscription.close();
        }
        try (Riacho riacho = Riacho.start(config())) {
            assertThat(riacho.commands().newest("hot").orElseThrow().state())
                    .isEqualTo(Command.State.ACKNOWLEDGED);
            CompletableFuture<Command> nothing = new CompletableFuture<>();
            var subscription = riacho.commands().subscribe("hot", nothing::complete);
            assertThat(nothing).isNotDone();
            subscription.close();
        }
    }

    @Test
    void aReadingOverMqttIsFoundBySql() throws Exception {
        try (Riacho riacho = Riacho.start(config())) {
            Mqtt5BlockingClient gateway =
                    MqttClient.builder()
                            .useMqttVersion5()
                            .identifier("gateway-1")
                            .serverAddress(riacho.address("mqtt"))
                            .buildBlocking();
            gateway.connect();
            gateway.publishWith()
                    .topic("irrigation/sensors/s1/data")
                    .qos(MqttQos.AT_LEAST_ONCE)
                    .payload("{\"value\":30.5,\"timestamp\":1763668800000}".getBytes(UTF_8))
                    .send();
            gateway.disconnect();
            await().untilAsserted(() ->
                    assertThat(
                                    first(
                                            riacho,
                                            "SELECT sensor || ' ' || value || ' '"
                                                    + " || source FROM readings"))
                            .isEqualTo("s1 30.5 mqtt"));
        }
        try (Riacho again = Riacho.start(config())) {
            assertThat(count(again)).isEqualTo(1);
        }
    }

    @Test
    void anOrderByHandHoldsOverARestartUntilItIsWithdrawn() throws Exception {
        try (Riacho riacho = Riacho.start(config())) {
            post(riacho, "readings", "{\"sensor_id\":\"hot\",\"value\":40}");
            await().until(() -> riacho.commands().newest("hot").isPresent());
            String answer = post(riacho, "commands", "{\"device_id\":\"hot\",\"turn_on\":false}");
            assertThat(answer).contains("\"rule\":\"manual\"", "\"sensor_id\":null");
            assertThat(riacho.commands().newest("hot").orElseThrow().fields().turnOn()).isFalse();
        }
        try (Riacho riacho = Riacho.start(config())) {
            post(riacho, "readings", "{\"sensor_id\":\"hot\",\"value\":45}");
            assertThat(riacho.commands().newest("hot").orElseThrow().fields().turnOn()).isFalse();
            // It is off already: who asks again gets another command all the same.
            post(riacho, "commands", "{\"device_id\":\"hot\",\"turn_on\":false}");
            assertThat(riacho.commands().newest("hot").orElseThrow().sequence()).isEqualTo(3);
            post(riacho, "commands", "{\"device_id\":\"hot\",\"auto\":true}");
            Command newest = riacho.commands().newest("hot").orElseThrow();
            assertThat(newest.fields().turnOn()).isTrue();
            assertThat(newest.fields().rule()).isEqualTo("irrigate-when-hot");
            post(riacho, "commands", "{\"device_id\":\"pump\",\"turn_on\":true,\"for\":\"1s\"}");
            assertThat(riacho.commands().newest("pump").orElseThrow().fields().turnOn()).isTrue();
            await().until(() -> !riacho.commands().newest("pump").orElseThrow().fields().turnOn());
        }
    }

    @Test
    void whatADeviceThatIsAwayIsOwedWaitsForItAcrossARestart() throws Exception {
        try (Riacho riacho = Riacho.start(config())) {
            Mqtt5BlockingClient device = device(riacho);
            assertThat(connect(device)).isFalse();
            device.subscribeWith().topicFilter("plain/#").qos(MqttQos.EXACTLY_ONCE).send();
            device.disconnect();
            Mqtt5BlockingClient other =
                    MqttClient.builder()
                            .useMqttVersion5()
                            .identifier("other")
                            .serverAddress(riacho.address("mqtt"))
                            .buildBlocking();
            other.connect();
            for (MqttQos qos : List.of(MqttQos.AT_LEAST_ONCE, MqttQos.EXACTLY_ONCE)) {
                other.publishWith()
                        .topic("plain/" + qos.getCode())
                        .qos(qos)
                        .payload("wait".getBytes(UTF_8))
                        .send();
            }
            other.disconnect();
        }
        try (Riacho again = Riacho.start(config())) {
            Mqtt5BlockingClient device = device(again);
            try (Mqtt5BlockingClient.Mqtt5Publishes got =
                    device.publishes(MqttGlobalPublishFilter.ALL)) {
                assertThat(connect(device)).isTrue();
                for (String topic : List.of("plain/1", "plain/2")) {
                    assertThat(got.receive(10, TimeUnit.SECONDS))
                            .hasValueSatisfying(message ->
                                    assertThat(message.getTopic().toString()).isEqualTo(topic));
                }
            }
            device.disconnect();
        }
    }

    private static Mqtt5BlockingClient device(Riacho riacho) {
        return MqttClient.builder()
                .useMqttVersion5()
                .identifier("device")
                .serverAddress(riacho.address("mqtt"))
                .buildBlocking();
    }

    /// Connects with a session that lasts; whether there was one.
    private static boolean connect(Mqtt5BlockingClient client) {
        return client.connectWith()
                .cleanStart(false)
                .sessionExpiryInterval(3600)
                .send()
                .isSessionPresent();
    }

    @Test
    void aSecondServerOnTheSameDataIsRefusedNamingTheFirst() throws Exception {
        try (Riacho first = Riacho.start(config())) {
            assertThat(first.addresses())
                    .containsKeys("grpc", "processor", "actuator", "tcp", "mqtt", "mqtt-ws");
            assertThatThrownBy(() -> Riacho.start(config()))
                    .isInstanceOf(DataDirectoryInUseException.class)
                    .hasMessageContaining("process " + ProcessHandle.current().pid());
        }
        Riacho.start(config()).close();
    }

    private static String get(Riacho riacho, String path) throws Exception {
        return HttpCalls.get(riacho.address("http"), path);
    }

    private static String post(Riacho riacho, String what, String json) throws Exception {
        return HttpCalls.post(riacho.address("http"), "/api/v1/" + what, json);
    }

    private static List<String> send(Riacho riacho, String... lines) throws Exception {
        InetSocketAddress address = riacho.address("tcp");
        try (Socket socket = new Socket(address.getAddress(), address.getPort());
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8))) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write((String.join("\n", lines) + "\n").getBytes(UTF_8));
            List<String> answers = new CopyOnWriteArrayList<>();
            for (int i = 0; i < lines.length; i++) {
                answers.add(String.valueOf(in.readLine()));
            }
            return answers;
        }
    }

    private static long count(Riacho riacho) throws Exception {
        return Long.parseLong(first(riacho, "SELECT count(*) FROM readings"));
    }

    /// The first value of the answer, or "nothing".
    private static String first(Riacho riacho, String sql) throws Exception {
        try (QueryResult result = riacho.lake().query(sql, QueryLimits.defaults())) {
            return result.next() ? String.valueOf(result.value(0)) : "nothing";
        }
    }
}
