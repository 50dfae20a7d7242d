package io.riacho.cli.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.riacho.cli.common.CommandFailedException;
import io.riacho.cli.common.Exit;
import io.riacho.cli.query.StoppedServer;
import io.riacho.config.ConfigException;
import io.riacho.config.ConfigSources;
import io.riacho.config.LoadedConfig;
import io.riacho.server.ServerConfig;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The server in this process, on which `up` and the demo stand.
class RunningServerTest {

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path data;

    private final StringWriter err = new StringWriter();

    private LoadedConfig<ServerConfig> config(String rules) {
        ConfigSources<ServerConfig> sources = ServerConfig.sources().text("test.yaml", rules);
        sources.flag("data", data.toString()).flag("retention.free-disk-bytes-min", "0");
        sources.anyPorts();
        return sources.load();
    }

    private RunningServer start(String rules) {
        return RunningServer.start(config(rules), new PrintWriter(err, true));
    }

    @Test
    void readyLineNamesEachDoorAndTheDataDirectory() {
        try (RunningServer server = start("simulate: false")) {
            assertThat(server.readyLine())
                    .startsWith("ready ")
                    .containsPattern(" grpc=127\\.0\\.0\\.1:[1-9][0-9]* ")
                    .containsPattern(" processor=127\\.0\\.0\\.1:[1-9][0-9]* ")
                    .containsPattern(" data=" + data.toAbsolutePath() + " after=[0-9]+ms$");
        }
    }

    @Test
    void secondServerOnTheSameDataIsRefusedAndToldWhoHasIt() {
        try (RunningServer _ = start("simulate: false")) {
            CommandFailedException refused =
                    catchThrowableOfType(
                            CommandFailedException.class, () -> start("simulate: false"));
            assertThat(refused)
                    .hasMessageContaining("in use by process " + ProcessHandle.current().pid());
            assertThat(refused.exit()).isEqualTo(Exit.FAILED);
            assertThatThrownBy(() -> StoppedServer.ask(data, "SELECT 1"))
                    .hasMessageContaining("in use by process");
        }
    }

    @Test
    void wrongRuleIsRefusedWhereTheConfigurationIsLoaded() {
        assertThatThrownBy(() ->
                        config(
                                "rules: [{name: hot, metric: temperature, when: averag >"
                                        + " 1, command: {turn_on: true}}]"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("hot")
                .hasMessageContaining("averag");
    }

    @Test
    void dataOfAStoppedServerCanBeAsked() {
        start("simulate: false").close();

        assertThat(StoppedServer.ask(data, "SELECT count(*) AS n FROM readings").rows())
                .containsExactly(List.of(0L));
        assertThatThrownBy(() -> StoppedServer.ask(data, "DROP TABLE readings"))
                .isInstanceOf(CommandFailedException.class);
    }

    @Test
    void directoryWithoutDataIsNotMadeIntoOne() {
        Path absent = data.resolve("absent");
        assertThatThrownBy(() -> StoppedServer.ask(absent, "SELECT 1"))
                .hasMessageContaining("is no data directory");
        assertThat(absent).doesNotExist();
    }
}
