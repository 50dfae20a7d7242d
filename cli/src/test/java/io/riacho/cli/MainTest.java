package io.riacho.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.riacho.cli.common.Exit;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The output and the exit codes of the commands.
class MainTest {

    private record Result(int exit, String out, String err) {}

    private static Result riacho(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exit = Main.run(new PrintWriter(out), new PrintWriter(err), arguments);
        return new Result(exit, out.toString(), err.toString());
    }

    @Test
    void withoutACommandTheHelpIsShown() {
        Result result = riacho();
        assertThat(result.exit()).isEqualTo(Exit.DONE);
        assertThat(result.out()).contains("Commands:", "doctor", "config", "Exit codes:");
    }

    @Test
    void unknownCommandIsAUsageError() {
        Result result = riacho("dotcor");
        assertThat(result.exit()).isEqualTo(Exit.USAGE);
        assertThat(result.err()).contains("doctor");
    }

    @Test
    void everyCommandExplainsItself() {
        List<String> commands = new ArrayList<>();
        riacho().out()
                .lines()
                .dropWhile(line -> !line.equals("Commands:"))
                .skip(1)
                .takeWhile(line -> !line.isBlank())
                .filter(line -> line.matches("  [a-z]+ .*"))
                .forEach(line -> commands.add(line.strip().split(" ", 2)[0]));
        assertThat(commands).hasSizeGreaterThan(15).contains("up", "devices", "help");
        for (String each : commands) {
            Result result = riacho(each, "--help");
            assertThat(result.exit()).as(each).isEqualTo(Exit.DONE);
            assertThat(result.out()).contains("Usage: riacho " + each, "-h, --help");
            assertThat(result.err()).isEmpty();
        }
        assertThat(riacho("devices", "add", "--help").out())
                .startsWith("Usage: riacho devices add")
                .contains("--role", "--count");
        assertThat(riacho("--help").out()).isEqualTo(riacho().out());
    }

    @Test
    void versionIsTheBuilds() {
        assertThat(riacho("version").out()).startsWith("riacho ").doesNotContain("${");
    }

    @Test
    void configShowsValuesAndWhereTheyWereWritten(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("field.yaml"), "http:\n  port: 8081\n");

        Result result =
                riacho("config", "--config", file.toString(), "--tcp.port=5001", "--data", "d");

        assertThat(result.exit()).isEqualTo(Exit.DONE);
        assertThat(result.out())
                .containsPattern("http\\.port +8081 +" + file + ":2")
                .containsPattern("tcp\\.port +5001 +--tcp\\.port")
                .containsPattern("(?m)^data +d +--data$")
                .containsPattern("intake\\.bytes-max +64MiB +default");
    }

    @Test
    void refusedConfigurationHasAnExitCodeOfItsOwn() {
        Result result = riacho("config", "--tcp.prot=1", "--http.port=x");
        assertThat(result.exit()).isEqualTo(Exit.CONFIGURATION);
        assertThat(result.err())
                .contains("--tcp.prot: there is no such setting; did you mean 'tcp.port'?")
                .contains("--http.port: 'http.port': 'x' is not a whole number");
    }

    @Test
    void exampleCanBePrinted() {
        assertThat(riacho("config", "--example").out()).contains("free-disk-bytes-min: 512MiB");
    }

    @Test
    void doctorFailsForAPortThatIsTaken(@TempDir Path folder) throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Result result =
                    riacho(
                            "doctor",
                            "--data",
                            folder.toString(),
                            "--bind=127.0.0.1",
                            "--tcp.port=" + taken.getLocalPort(),
                            "--http.port=0",
                            "--grpc.sensor-port=0",
                            "--grpc.processor-port=0",
                            "--grpc.actuator-port=0");
            assertThat(result.exit()).isEqualTo(Exit.FAILED);
            assertThat(result.out())
                    .containsPattern("FAIL +port " + taken.getLocalPort() + ".*--tcp.port=0")
                    .containsPattern("PASS +data")
                    .containsPattern("sync +a sync takes");
        }
    }
}
