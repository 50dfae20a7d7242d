package io.riacho.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.riacho.cli.common.ServerClient;
import io.riacho.cli.query.Answer;
import io.riacho.cli.query.QueryClient;
import io.riacho.cli.query.StoppedServer;
import io.riacho.cli.serve.RunningServer;
import io.riacho.config.ConfigSources;
import io.riacho.config.LoadedConfig;
import io.riacho.field.FieldRun;
import io.riacho.field.Simulator;
import io.riacho.server.ServerConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The field against a real server, over sockets.
class FieldOnAServerTest {

    private static final int PLOTS = 6;

    /// A rule that holds as soon as there are readings, so that valves turn within seconds.
    private static final String RULES =
            """
            rules:
              - name: always
                metric: temperature
                over: 30s
                when: count > 1
                command: {device: "{sensor}", turn_on: true}
            """;

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path data;

    private LoadedConfig<ServerConfig> config() {
        ConfigSources<ServerConfig> sources = ServerConfig.sources().text("test.yaml", RULES);
        sources.flag("data", data.toString()).flag("retention.free-disk-bytes-min", "0");
        sources.anyPorts();
        return sources.load();
    }

    private RunningServer server() {
        return RunningServer.start(config(), new PrintWriter(new StringWriter(), true));
    }

    private FieldRun field(RunningServer server, Path valves, List<String> told)
            throws IOException {
        return new FieldRun(
                7,
                PLOTS,
                new FieldRun.Doors(
                        server.address("tcp"),
                        server.address("http"),
                        server.address("grpc"),
                        new DemoGateways(config().config()).reach(server),
                        null),
                valves,
                told::add);
    }

    private static Answer ask(RunningServer server, String sql) throws Exception {
        return QueryClient.ask(new ServerClient(URI.create(server.url()), null), sql);
    }

    @Test
    void readingsComeByEveryDoorAndCommandsTurnValves() throws Exception {
        List<String> told = new CopyOnWriteArrayList<>();
        long stored;
        try (RunningServer server = server()) {
            try (FieldRun field = field(server, data.resolve("valves"), told)) {
                field.start();
                await().atMost(Duration.ofSeconds(30))
                        .until(() ->
                                field.progress().open() == PLOTS
                                        && field.progress().acknowledged() >= PLOTS);
                assertThat(field.progress().troubles()).isEmpty();
            }
            assertThat(told).hasSize(PLOTS).allMatch(each -> each.contains("irrigation on"));
            Answer sources = ask(server, "SELECT DISTINCT source FROM readings ORDER BY source");
            assertThat(sources.rows())
                    .containsExactly(
                            List.of("grpc"), List.of("http"), List.of("mqtt"), List.of("tcp"));
            assertThat(
                            ask(
                                            server,
                                            "SELECT device FROM devices WHERE online ORDER BY"
                                                    + " device")
                                    .rows())
                    .as("a quarter of the sensors and half of the actuators are behind gateways")
                    .containsExactly(List.of(DemoGateways.SENSORS), List.of(DemoGateways.VALVES));
            Answer sensors =
                    ask(server, "SELECT count(DISTINCT (sensor, metric)) AS n FROM readings");
            assertThat(sensors.rows().getFirst().getFirst()).isEqualTo(2 * PLOTS);
            stored = count(ask(server, "SELECT count(*) AS n FROM readings"));
            assertThat(stored).isPositive();
        }

        assertThat(count(StoppedServer.ask(data, "SELECT count(*) AS n FROM readings")))
                .as("nothing was lost in between")
                .isEqualTo(stored);
    }

    @Test
    void valvesStayWhereTheyWereOverARestart() throws IOException {
        Path valves = data.resolve("valves");
        try (RunningServer server = server();
                FieldRun field = field(server, valves, new CopyOnWriteArrayList<>())) {
            field.start();
            await().atMost(Duration.ofSeconds(30)).until(() -> field.progress().open() == PLOTS);
        }
        try (RunningServer server = server();
                FieldRun field = field(server, valves, new CopyOnWriteArrayList<>())) {
            assertThat(field.progress().open()).isEqualTo(PLOTS);
        }
    }

    @ParameterizedTest
    @EnumSource(Simulator.Protocol.class)
    void simulatorIsAnsweredByEachDoor(Simulator.Protocol protocol) throws Exception {
        try (RunningServer server = server()) {
            String door =
                    switch (protocol) {
                        case TCP -> "tcp";
                        case HTTP -> "http";
                        case GRPC -> "grpc";
                        case MQTT -> "mqtt";
                    };
            List<String> told = new CopyOnWriteArrayList<>();
            try (Simulator simulator =
                    new Simulator(
                            protocol,
                            Simulator.Metric.HUMIDITY,
                            3,
                            server.address(door),
                            null,
                            "irrigation",
                            1)) {
                assertThat(simulator.run(Duration.ofMillis(20), 4, told::add)).isEqualTo(12);
            }
            assertThat(told).hasSize(4).allMatch(each -> each.startsWith("3 stored, 0 refused"));
            Answer rows =
                    ask(
                            server,
                            "SELECT sensor, metric, count(*) AS n FROM readings GROUP BY ALL ORDER"
                                    + " BY sensor");
            assertThat(rows.rows())
                    .containsExactly(
                            List.of("humidity-1", "humidity", 4),
                            List.of("humidity-2", "humidity", 4),
                            List.of("humidity-3", "humidity", 4));
        }
    }

    private static long count(Answer answer) {
        return answer.rows().getFirst().getFirst() instanceof Number number
                ? number.longValue()
                : -1;
    }
}
