package io.riacho.cli.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.riacho.api.commands.Command;
import io.riacho.config.ConfigSources;
import io.riacho.server.Riacho;
import io.riacho.server.ServerConfig;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every command that docs/grpc.md shows is run as it stands, but for ports and the way to start java.
/// Where there is no grpcurl, `buf curl` does what it would. A block that this test does not know is a
/// failure: it was added without one.
@Tag("slow")
class GrpcDocumentTest {

    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern BLOCK = Pattern.compile("```sh\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern COMMAND_ID = Pattern.compile("\"id\": *\"([^\"]+)\"");

    @TempDir private Path directory;

    @BeforeAll
    static void install() throws Exception {
        Buf.install();
    }

    @Test
    void everyCommandShownWorks() throws Exception {
        // The one contract that the page reads from a file, alone.
        Path contract = Path.of("protocol", "src", "main", "protobuf", "hello", "hello.proto");
        Files.createDirectories(directory.resolve(contract).getParent());
        Files.copy(ROOT.resolve(contract), directory.resolve(contract));
        ConfigSources<ServerConfig> sources =
                ServerConfig.sources()
                        .flag("data", directory.resolve("data").toString())
                        .flag("simulate", "true")
                        .flag("retention.free-disk-bytes-min", "0")
                        .anyPorts();
        List<String> blocks = blocks();
        assertThat(blocks).hasSizeGreaterThan(5);
        try (Riacho riacho = Riacho.start(sources.load().config())) {
            for (String block : blocks) {
                run(block, riacho);
            }
        }
    }

    private void run(String block, Riacho riacho) throws Exception {
        if (block.contains("./riacho flow")) {
            assertThat(shell(block, riacho)).contains("Olá, Teste!");
            assertFlowIn("flow");
        } else if (block.contains("actuator.Actuator/Execute")) {
            assertThat(shell(block, riacho)).contains("Olá, Teste!");
            assertFlowIn(".");
            assertThat(directory.resolve("actuator_out.json")).content().contains("turnOn");
        } else if (block.contains("-import-path")) {
            assertThat(shell(block, riacho)).contains("Olá, Teste!");
        } else if (block.startsWith("buf curl")) {
            shell(block, riacho);
            assertThat(directory.resolve("processed.json")).content().contains("average");
        } else if (block.contains("IngestService/Write")) {
            assertThat(shell(block, riacho)).contains("\"sequence\": \"1\"");
            assertThat(rows(riacho)).isEqualTo(3);
        } else if (block.contains("CommandService/Subscribe")) {
            commands(block, riacho);
        } else {
            fail("docs/grpc.md shows commands without a test: " + block);
        }
    }

    private void assertFlowIn(String folder) {
        for (String each : List.of("reads", "processed", "actuator_out")) {
            assertThat(directory.resolve(folder).resolve(each + ".json")).isNotEmptyFile();
        }
    }

    /// The device gets its command, and acknowledges it by the id that it was sent with.
    private void commands(String block, Riacho riacho) throws Exception {
        String device = "field-1";
        heat(riacho, device);
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> riacho.commands().newest(device).isPresent());
        int second = block.indexOf("\ngrpcurl") + 1;
        assertThat(second).as("two commands").isPositive();
        // A subscription lasts until the caller hangs up.
        String subscribe = "( " + block.substring(0, second).strip() + " ) & sleep 4; kill -- -$!";
        String said = shell("set -m\n" + subscribe + "; wait; true", riacho);
        Matcher id = COMMAND_ID.matcher(said);
        assertThat(id.find()).as(said).isTrue();
        String acknowledge = block.substring(second).replace("…", id.group(1));
        assertThat(acknowledge).contains(id.group(1));
        shell(acknowledge, riacho);
        assertThat(riacho.commands().newest(device).orElseThrow().state())
                .isEqualTo(Command.State.ACKNOWLEDGED);
    }

    private static void heat(Riacho riacho, String sensor) throws Exception {
        String reading = "{\"sensor_id\":\"" + sensor + "\",\"value\":99}";
        assertThat(post(riacho, "/api/v1/readings", "application/json", reading))
                .contains("\"stored\":1");
    }

    private static long rows(Riacho riacho) throws Exception {
        String csv =
                post(
                        riacho,
                        "/api/v1/query?format=csv",
                        "text/plain",
                        "SELECT count(*) FROM readings WHERE sensor = 'field-1'");
        return Long.parseLong(csv.lines().skip(1).findFirst().orElseThrow().strip());
    }

    private static String post(Riacho riacho, String path, String type, String body)
            throws Exception {
        int port = riacho.address("http").getPort();
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                                    .header("Content-Type", type)
                                    .POST(HttpRequest.BodyPublishers.ofString(body))
                                    .build(),
                            BodyHandlers.ofString())
                    .body();
        }
    }

    private static List<String> blocks() throws Exception {
        List<String> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(Files.readString(ROOT.resolve("docs").resolve("grpc.md")));
        while (matcher.find()) {
            blocks.add(matcher.group(1).strip());
        }
        return blocks;
    }

    private String shell(String block, Riacho riacho) throws Exception {
        String java =
                Path.of(System.getProperty("java.home"), "bin", "java")
                        + " --enable-native-access=ALL-UNNAMED"
                        + " --sun-misc-unsafe-memory-access=allow -XX:TieredStopAtLevel=1"
                        + " -cp \"$RIACHO_CLASS_PATH\" io.riacho.cli.Main";
        String script = block.replace("./riacho", java);
        for (Map.Entry<String, String> each :
                Map.of("50051", "grpc", "50052", "processor", "50053", "actuator").entrySet()) {
            InetSocketAddress address = riacho.address(each.getValue());
            script =
                    script.replace(
                            "localhost:" + each.getKey(),
                            address.getAddress().getHostAddress() + ":" + address.getPort());
        }
        ProcessBuilder bash =
                new ProcessBuilder("bash", "-e", "-o", "pipefail", "-c", prelude() + script)
                        .directory(directory.toFile());
        bash.environment().put("RIACHO_CLASS_PATH", System.getProperty("java.class.path"));
        bash.environment().merge("PATH", Buf.PROGRAMS.toString(), (path, own) -> own + ":" + path);
        Buf.Ended ended = Buf.run(Path.of("/dev/null"), bash);
        assertThat(ended.code()).as("%s%n%s%s", block, ended.out(), ended.error()).isZero();
        return ended.out();
    }

    private static String prelude() throws Exception {
        boolean isThere =
                Buf.run(Path.of("/dev/null"), List.of("bash", "-c", "command -v grpcurl")).code()
                        == 0;
        if (isThere) {
            return "";
        }
        try (var in = GrpcDocumentTest.class.getResourceAsStream("grpcurl.sh")) {
            assertThat(in).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
