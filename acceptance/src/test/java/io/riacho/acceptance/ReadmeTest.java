package io.riacho.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every command that the README shows is run, as it stands but for ports and the way to start java.
/// A command that this test does not know is a failure: it was added without one.
class ReadmeTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern BLOCK = Pattern.compile("```sh\\n(.*?)```", Pattern.DOTALL);

    @TempDir Path directory;

    @Test
    @Tag("slow")
    void everyCommandShownWorks() throws Exception {
        Path log = directory.resolve("server.log");
        List<String> commands = commands("README.md");
        assertThat(commands).hasSizeGreaterThan(8);
        try (ServerProcess server =
                ServerProcess.start(directory.resolve("data"), log, "--simulate=true")) {
            for (String command : commands) {
                run(command, server);
            }
        }
    }

    @Test
    void bothLanguagesShowTheSameCommands() throws IOException {
        assertThat(commands("README.pt-BR.md")).isEqualTo(commands("README.md"));
    }

    private void run(String command, ServerProcess server) throws Exception {
        String[] words = command.split(" ", -1);
        switch (words[0] + " " + (words.length > 1 ? words[1] : "")) {
            case "./riacho demo" -> {
                String said =
                        shell(
                                command
                                        + " --for 6s --data demo-data --http.port=0 --tcp.port=0"
                                        + " --grpc.sensor-port=0 --grpc.processor-port=0"
                                        + " --grpc.actuator-port=0"
                                        + " --mqtt.port=0 --mqtt.ws-port=0"
                                        + " --mqtt.tls-port=0 --mqtt.wss-port=0"
                                        + " --retention.free-disk-bytes-min=0",
                                server);
                assertThat(said).contains("ready http=").contains("readings stored");
            }
            // What runs this test.
            case "./dev test" -> assertThat(Files.isExecutable(ROOT.resolve("dev"))).isTrue();
            // What `server` was started by.
            case "./riacho up" ->
                    assertThat(command)
                            .isIn("./riacho up --data data", "./riacho up --simulate --data data");
            case "curl -s" -> assertThat(shell(command, server)).contains("\"stored\":1");
            case "echo '{\"sensor_id\":" -> {
                if (!Program.isThere("nc")) {
                    System.out.println("not run: nc is not installed: " + command);
                    return;
                }
                assertThat(shell(command, server)).contains("Dados recebidos com sucesso.");
            }
            case "mosquitto_pub -h" -> {
                if (!Program.isThere("mosquitto_pub")) {
                    System.out.println("not run: mosquitto_pub is not installed: " + command);
                    return;
                }
                assertThat(shell(command, server)).isEmpty();
            }
            case "grpcurl -plaintext" -> {
                if (!Program.isThere("grpcurl")) {
                    System.out.println("not run: grpcurl is not installed: " + command);
                    return;
                }
                assertThat(shell(command, server)).contains("Olá, Teste!");
            }
            case "./riacho hello" -> assertThat(shell(command, server)).contains("Olá, Teste!");
            case "./riacho devices" ->
                    assertThat(shell(command, server)).contains("gateway-1 (gateway) until");
            case "./riacho simulate" -> {
                String once = command + " --period 100ms --to " + text(server, "mqtts");
                // The server opens the port to its first device within a second.
                assertThat(shell("until " + once + "; do sleep 1; done", server))
                        .contains(": stored");
            }
            case "./riacho command" ->
                    assertThat(shell(asking(command, server), server))
                            .contains("pump-1: on by manual");
            case "./riacho update" ->
                    assertThat(shell(asking(command, server), server))
                            .contains("sent to 0 subscribers");
            case "./riacho query" ->
                    assertThat(shell(asking(command, server), server))
                            .contains("s1")
                            .contains("26.5");
            case "./riacho flow" -> {
                shell(command, server);
                for (String each : List.of("reads", "processed", "actuator_out")) {
                    Path file = directory.resolve("out").resolve(each + ".json");
                    assertThat(file).isNotEmptyFile();
                }
            }
            default -> fail("the README shows a command without a test: " + command);
        }
    }

    private static String asking(String command, ServerProcess server) {
        return command + " --server " + server.http("");
    }

    private static List<String> commands(String readme) throws IOException {
        List<String> commands = new ArrayList<>();
        Matcher blocks = BLOCK.matcher(Files.readString(ROOT.resolve(readme)));
        while (blocks.find()) {
            for (String line : blocks.group(1).split("\n", -1)) {
                String command = line.replaceFirst("\\s+#.*$", "").strip();
                if (!command.isEmpty()) {
                    commands.add(command);
                }
            }
        }
        return commands;
    }

    private String shell(String command, ServerProcess server) throws Exception {
        String java =
                Path.of(System.getProperty("java.home"), "bin", "java")
                        + " --enable-native-access=ALL-UNNAMED"
                        + " --sun-misc-unsafe-memory-access=allow -XX:TieredStopAtLevel=1"
                        + " -cp \"$RIACHO_CLASS_PATH\" io.riacho.cli.Main";
        String line =
                command.replace("./riacho", java)
                        .replace("127.0.0.1:8080", text(server, "http"))
                        .replace("127.0.0.1 5000", text(server, "tcp").replace(':', ' '))
                        .replace("127.0.0.1 -p 1883", text(server, "mqtt").replace(":", " -p "))
                        .replace("127.0.0.1:50051", text(server, "grpc"))
                        .replace("127.0.0.1:50052", text(server, "processor"))
                        .replace("127.0.0.1:50053", text(server, "actuator"));
        File output = File.createTempFile("said", ".txt", directory.toFile());
        ProcessBuilder builder =
                new ProcessBuilder("bash", "-c", line)
                        .directory(directory.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(output);
        builder.environment().put("RIACHO_CLASS_PATH", System.getProperty("java.class.path"));
        Process process = builder.start();
        if (!process.waitFor(90, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            return fail("does not end: " + command);
        }
        String said = Files.readString(output.toPath(), StandardCharsets.UTF_8);
        assertThat(process.exitValue()).as("%s%n%s", command, said).isZero();
        return said;
    }

    private static String text(ServerProcess server, String door) {
        var address = server.address(door);
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }
}
