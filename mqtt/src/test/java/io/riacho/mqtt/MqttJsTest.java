package io.riacho.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// MQTT.js, over TCP and over WebSocket. Fetched once by npm; where that cannot be, these tests are
/// reported as not run.
class MqttJsTest {

    private static final Path FOLDER = Path.of("target", "mqttjs");
    private static final String PACKAGE = "mqtt@5.14.1";

    private static final String SCRIPT =
            """
            const mqtt = require('mqtt');
            const [url, version, qos] = process.argv.slice(2);
            const options = {protocolVersion: Number(version), reconnectPeriod: 0};
            const client = mqtt.connect(url, options);
            const got = [];
            let confirmed = 0;
            client.on('error', e => { console.error(e); process.exit(1); });
            // Says goodbye when both ways are done, and after the acknowledgement of the last message:
            // MQTT.js sends that after this handler, and fails if the connection was ended before.
            const endWhenDone = () => {
              if (got.length === 20 && confirmed === 20) {
                console.log(got.join('\\n'));
                setImmediate(() => client.end(false, {}, () => process.exit(0)));
              }
            };
            client.on('message', (topic, payload, packet) => {
              got.push(topic + ' ' + payload + ' ' + packet.qos);
              endWhenDone();
            });
            client.on('connect', () => {
              client.subscribe('js/#', {qos: Number(qos)}, () => {
                for (let i = 0; i < 20; i++) {
                  client.publish('js/' + i, 'm' + i, {qos: Number(qos)}, e => {
                    if (e) { console.error(e); process.exit(3); }
                    confirmed++;
                    endWhenDone();
                  });
                }
              });
            });
            setTimeout(() => { console.error('timed out', got); process.exit(2); }, 20000);
            """;

    @BeforeAll
    static void fetch() throws Exception {
        Files.createDirectories(FOLDER);
        if (!Files.isDirectory(FOLDER.resolve("node_modules/mqtt"))) {
            try {
                run(
                        List.of(
                                "npm",
                                "install",
                                "--no-audit",
                                "--no-fund",
                                "--prefix",
                                ".",
                                PACKAGE),
                        180);
            } catch (IOException e) {
                Assumptions.abort("not run: there is no npm: " + e.getMessage());
            }
        }
        Assumptions.assumeTrue(
                Files.isDirectory(FOLDER.resolve("node_modules/mqtt")),
                "not run: npm could not fetch " + PACKAGE);
        Files.writeString(FOLDER.resolve("client.js"), SCRIPT);
    }

    @ParameterizedTest
    @CsvSource({"tcp,4,0", "tcp,4,1", "tcp,5,2", "ws,4,2", "ws,5,1"})
    void messagesArriveInOrder(String transport, String version, String qos) throws Exception {
        try (TestServer server =
                TestServer.builder()
                        .listeners(Listener.tcp("127.0.0.1", 0), Listener.webSocket("127.0.0.1", 0))
                        .start()) {
            String url =
                    transport.equals("ws")
                            ? "ws://127.0.0.1:" + server.port(1) + "/mqtt"
                            : "mqtt://127.0.0.1:" + server.port(0);
            List<String> lines = run(List.of("node", "client.js", url, version, qos), 60);
            assertThat(lines).hasSize(20);
            for (int i = 0; i < 20; i++) {
                assertThat(lines.get(i)).isEqualTo("js/" + i + " m" + i + " " + qos);
            }
        }
    }

    private static List<String> run(List<String> command, int seconds)
            throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(command)
                        .directory(FOLDER.toFile())
                        .redirectErrorStream(true)
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(seconds, TimeUnit.SECONDS)).isTrue();
        return output.lines().toList();
    }
}
