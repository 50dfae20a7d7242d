package io.riacho.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// mosquitto_pub and mosquitto_sub, as Debian has them: installed when we are root, otherwise these tests
/// are reported as not run.
class MosquittoClientsTest {

    @BeforeAll
    static void find() throws Exception {
        if (!isThere() && "root".equals(System.getProperty("user.name"))) {
            run(List.of("apt-get", "install", "-y", "-q", "mosquitto-clients"), "");
        }
        Assumptions.assumeTrue(isThere(), "not run: mosquitto_pub is not installed");
    }

    private static boolean isThere() {
        return Files.isExecutable(Path.of("/usr/bin/mosquitto_pub"));
    }

    @ParameterizedTest
    @Normative(v3 = "7.0.0-2")
    @CsvSource({"mqttv311,0", "mqttv311,1", "mqttv311,2", "mqttv5,0", "mqttv5,1", "mqttv5,2"})
    void messagesArriveInOrder(String version, String qos) throws Exception {
        try (TestServer server = TestServer.start()) {
            Process subscriber =
                    start(
                            command(
                                    server,
                                    "mosquitto_sub",
                                    version,
                                    qos,
                                    "-t",
                                    "m/#",
                                    "-C",
                                    "50",
                                    "-W",
                                    "20"));
            Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> server.server().statistics().subscriptions() == 1);
            List<String> lines = IntStream.range(0, 50).mapToObj(i -> "message " + i).toList();
            run(
                    command(server, "mosquitto_pub", version, qos, "-t", "m/x", "-l"),
                    String.join("\n", lines) + "\n");
            assertThat(subscriber.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(text(subscriber).lines()).containsExactlyElementsOf(lines);
        }
    }

    @ParameterizedTest
    @CsvSource({"mqttv311", "mqttv5"})
    void retainedMessageWaitsForItsSubscriber(String version) throws Exception {
        try (TestServer server = TestServer.start()) {
            run(
                    command(
                            server,
                            "mosquitto_pub",
                            version,
                            "1",
                            "-t",
                            "state",
                            "-m",
                            "kept",
                            "-r"),
                    "");
            String got =
                    run(
                            command(
                                    server,
                                    "mosquitto_sub",
                                    version,
                                    "1",
                                    "-t",
                                    "+",
                                    "-C",
                                    "1",
                                    "-W",
                                    "10"),
                            "");
            assertThat(got.strip()).isEqualTo("kept");
        }
    }

    private static List<String> command(
            TestServer server, String program, String version, String qos, String... more) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                program,
                                "-h",
                                "127.0.0.1",
                                "-p",
                                Integer.toString(server.port()),
                                "-V",
                                version,
                                "-q",
                                qos));
        command.addAll(List.of(more));
        return command;
    }

    private static Process start(List<String> command) throws IOException {
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    private static String run(List<String> command, String input)
            throws IOException, InterruptedException {
        Process process = start(command);
        process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().close();
        String output = text(process);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }

    private static String text(Process process) throws IOException {
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
