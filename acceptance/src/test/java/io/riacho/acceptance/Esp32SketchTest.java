package io.riacho.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3BlockingClient;
import com.hivemq.client.mqtt.mqtt3.message.publish.Mqtt3Publish;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The sketch for an ESP32, compiled for this machine with fakes of Arduino and its libraries, between
/// which and a real server this test carries messages. It proves the sketch's own logic: topics,
/// payloads, the order of commands, the answer. Not the libraries, TLS, the radio or the hardware.
@Tag("slow")
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class Esp32SketchTest {

    private static final Path FAKES =
            Path.of("src/test/resources/io/riacho/acceptance/esp32").toAbsolutePath();
    private static final Path SKETCH = Path.of("../docs/devices/esp32").toAbsolutePath();
    private static final String COMMANDS = "irrigation/control/field-1/command";

    private static final String DATA = "irrigation/sensors/field-1/data";
    private static final String STATUS = "irrigation/gateway/status";

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path directory;

    /// The sketch as a process.
    private record Board(Process process, BufferedReader out, BufferedWriter in) {

        /// What it says up to a line that begins so.
        String line(String start) throws Exception {
            StringBuilder before = new StringBuilder();
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.startsWith(start)) {
                    return line.substring(start.length()).strip();
                }
                before.append(line).append('\n');
            }
            throw new AssertionError("the sketch ended without '" + start + "':\n" + before);
        }

        /// A turn of its loop, with a message or "-".
        void turn(String message) throws Exception {
            in.write(message + "\n");
            in.flush();
        }
    }

    private Board compile() throws Exception {
        Path program = directory.resolve("sketch");
        Program.Result compiled =
                Program.run(
                        directory,
                        List.of(
                                "g++",
                                "-std=c++17",
                                "-Wall",
                                "-Wextra",
                                "-Wno-unused-parameter",
                                "-Werror",
                                "-I",
                                FAKES.toString(),
                                "-I",
                                SKETCH.toString(),
                                "-o",
                                program.toString(),
                                FAKES.resolve("main.cpp").toString()));
        assertThat(compiled.output()).isEmpty();
        Process process = new ProcessBuilder(program.toString()).start();
        return new Board(
                process,
                process.inputReader(StandardCharsets.UTF_8),
                process.outputWriter(StandardCharsets.UTF_8));
    }

    @Test
    void sendsReadingsAndObeysCommands() throws Exception {
        Assumptions.assumeTrue(Program.isThere("g++"), "not run: g++ is not installed");
        Board board = compile();
        Path log = directory.resolve("server.log");
        try (ServerProcess server = ServerProcess.start(directory.resolve("data"), log);
                HttpClient http = HttpClient.newHttpClient()) {
            assertThat(board.line("SERVER ")).isEqualTo("riacho.local 8883");
            assertThat(board.line("CONNECT ")).isEqualTo("gateway-1 lasting");
            assertThat(board.line("WILL ")).startsWith(STATUS + " {");
            assertThat(board.line("SUBSCRIBE ")).isEqualTo(COMMANDS + " 1");
            Mqtt3BlockingClient radio =
                    MqttClient.builder()
                            .useMqttVersion3()
                            .identifier("gateway-1")
                            .serverAddress(server.address("mqtt"))
                            .buildBlocking();
            radio.connect();
            try (Mqtt3BlockingClient.Mqtt3Publishes messages =
                    radio.publishes(MqttGlobalPublishFilter.ALL)) {
                radio.subscribeWith().topicFilter(COMMANDS).qos(MqttQos.AT_LEAST_ONCE).send();

                for (int turn = 0; turn < 30; turn++) {
                    board.turn("-");
                }
                publish(radio, DATA, board.line("PUBLISH " + DATA));
                await().atMost(Duration.ofSeconds(20))
                        .until(() ->
                                server.query(
                                                http,
                                                "SELECT value, unit FROM readings WHERE sensor ="
                                                        + " 'field-1'")
                                        .equals(List.of("21.5,Cel")));

                Program.Result ordered =
                        Program.run(
                                directory,
                                Program.riacho(
                                        "command",
                                        "field-1",
                                        "on",
                                        "--server=http://127.0.0.1:"
                                                + server.address("http").getPort()));
                assertThat(ordered.exit()).as(ordered.output()).isZero();
                Mqtt3Publish command = messages.receive(30, TimeUnit.SECONDS).orElseThrow();
                String payload = new String(command.getPayloadAsBytes(), StandardCharsets.UTF_8);
                board.turn(COMMANDS + " " + payload);
                board.turn("-");
                assertThat(board.line("PIN 26 ")).isEqualTo("1");
                publish(radio, STATUS, board.line("PUBLISH " + STATUS));
                await().atMost(Duration.ofSeconds(20))
                        .until(() ->
                                server.query(http, "SELECT state FROM commands")
                                        .equals(List.of("acknowledged")));

                // An older one that comes after it changes nothing, and is answered all the same.
                board.turn(COMMANDS + " {\"id\":\"older\",\"turn_on\":false,\"sequence\":0}");
                board.turn("-");
                assertThat(board.line("PUBLISH " + STATUS)).contains("older");
                board.turn(COMMANDS + " no json");
                board.turn(COMMANDS + " {\"id\":\"newer\",\"turn_on\":false,\"sequence\":9}");
                assertThat(board.line("PIN 26 ")).isEqualTo("0");
            }
            radio.disconnect();
        } finally {
            board.process().destroyForcibly();
        }
    }

    private static void publish(Mqtt3BlockingClient radio, String topic, String payload) {
        radio.publishWith()
                .topic(topic)
                .qos(MqttQos.AT_LEAST_ONCE)
                .payload(payload.getBytes(StandardCharsets.UTF_8))
                .send();
    }
}
