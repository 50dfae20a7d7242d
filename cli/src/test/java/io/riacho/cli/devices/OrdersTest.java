package io.riacho.cli.devices;

import static org.assertj.core.api.Assertions.assertThat;

import io.riacho.cli.Main;
import io.riacho.cli.common.Exit;
import io.riacho.cli.serve.RunningServer;
import io.riacho.server.ServerConfig;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `riacho command` and `riacho update`, on a server.
class OrdersTest {

    @TempDir Path data;

    private RunningServer server() {
        return RunningServer.start(
                ServerConfig.sources()
                        .anyPorts()
                        .text("test.yaml", "groups: {north: [p1, p2]}")
                        .flag("data", data.toString())
                        .flag("retention.free-disk-bytes-min", "0")
                        .load(),
                new PrintWriter(new StringWriter()));
    }

    private record Result(int exit, String out, String err) {}

    private static Result riacho(RunningServer server, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--server=http://" + RunningServer.text(server.address("http")));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exit = Main.run(new PrintWriter(out), new PrintWriter(err), all.toArray(String[]::new));
        return new Result(exit, out.toString(), err.toString());
    }

    @Test
    void devicesAndGroupsAreSwitchedAndGivenBack() {
        try (RunningServer server = server()) {
            Result on = riacho(server, "command", "pump", "on", "--for", "10m");
            assertThat(on.err()).isEmpty();
            assertThat(on.out()).startsWith("pump: on by manual, issued (command ");
            assertThat(riacho(server, "command", "north", "off").out())
                    .contains("p1: off by manual", "p2: off by manual");
            assertThat(riacho(server, "command", "pump", "auto").out())
                    .startsWith("pump: off by manual");
            assertThat(riacho(server, "command", "nobody", "auto").out())
                    .isEqualToIgnoringNewLines("nobody: has never had a command");
            Result wrong = riacho(server, "command", "a/b", "on");
            assertThat(wrong.exit()).isEqualTo(Exit.FAILED);
            assertThat(wrong.err()).contains("must not contain '/'");
            assertThat(riacho(server, "command", "pump", "auto", "--for", "1m").exit())
                    .isEqualTo(Exit.USAGE);
            assertThat(riacho(server, "command", "pump", "up").exit()).isEqualTo(Exit.USAGE);
        }
    }

    @Test
    void anUpdateSaysHowManyGetIt() throws Exception {
        try (RunningServer server = server()) {
            assertThat(riacho(server, "update", "--message", "{}").out())
                    .isEqualToIgnoringNewLines("sent to 0 subscribers");
            Path absent = data.resolve("absent");
            assertThat(riacho(server, "update", "--file", absent.toString()).err())
                    .contains("cannot read");
            assertThat(riacho(server, "update").exit()).isEqualTo(Exit.USAGE);
        }
    }

    @Test
    void withoutAServerTheExitCodeSaysSo() {
        RunningServer server = server();
        server.close();
        assertThat(riacho(server, "command", "pump", "on").exit()).isEqualTo(Exit.UNREACHABLE);
    }
}
