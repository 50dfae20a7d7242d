package io.riacho.cli.demo;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.riacho.cli.Main;
import io.riacho.cli.common.Exit;
import io.riacho.cli.serve.RunningServer;
import io.riacho.config.ConfigSources;
import io.riacho.config.LoadedConfig;
import io.riacho.disk.RealDisk;
import io.riacho.field.FieldRun;
import io.riacho.field.MqttAccess;
import io.riacho.identity.Credentials;
import io.riacho.identity.DeviceRegistrar;
import io.riacho.identity.RegisteredDevice;
import io.riacho.identity.Role;
import io.riacho.server.ServerConfig;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The demo's gateways, and `riacho simulate` as a device.
class DemoGatewaysTest {

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    private ConfigSources<ServerConfig> sources() {
        return ServerConfig.sources()
                .anyPorts()
                .flag("data", folder.resolve("data").toString())
                .flag("retention.free-disk-bytes-min", "0");
    }

    private static RunningServer start(LoadedConfig<ServerConfig> config) {
        return RunningServer.start(config, new PrintWriter(new StringWriter()));
    }

    private static DeviceRegistrar devices(LoadedConfig<ServerConfig> config) {
        return new DeviceRegistrar(
                new RealDisk(),
                config.config().identityDirectory(),
                config.config().identity(),
                InstantSource.system());
    }

    @Test
    void identitiesAreIssuedOnceAndKept() throws Exception {
        LoadedConfig<ServerConfig> config = sources().load();
        DemoGateways gateways = new DemoGateways(config.config());
        RegisteredDevice first;
        try (RunningServer server = start(config)) {
            FieldRun.Gateways reached = requireNonNull(gateways.reach(server));
            assertThat(reached.sensors().clientId()).isEqualTo(DemoGateways.SENSORS);
            assertThat(reached.valves().clientId()).isEqualTo(DemoGateways.VALVES);
            assertThat(reached.sensors().address()).isEqualTo(server.address("mqtts"));
            first = devices(config).get(DemoGateways.SENSORS);
            assertThat(first.role()).isEqualTo(Role.GATEWAY);
            assertThat(first.sensors()).containsExactly("field-*");
        }
        try (RunningServer server = start(config)) {
            gateways.reach(server);
            assertThat(devices(config).get(DemoGateways.SENSORS)).isEqualTo(first);

            // Its credentials were thrown away.
            Path key = gateways.folder().resolve(DemoGateways.SENSORS).resolve("private.key");
            Files.delete(key);
            gateways.reach(server);
            assertThat(key).exists();
            assertThat(devices(config).get(DemoGateways.SENSORS).certificates()).hasSize(2);

            devices(config).revoke(DemoGateways.SENSORS);
            gateways.reach(server);
            assertThat(devices(config).get(DemoGateways.SENSORS).isRevoked()).isTrue();
        }
    }

    @Test
    void withoutTlsTheyComePlainAndWithoutMqttNotAtAll() throws Exception {
        LoadedConfig<ServerConfig> plain = sources().flag("mqtt.tls-port", "none").load();
        try (RunningServer server = start(plain)) {
            FieldRun.Gateways reached =
                    requireNonNull(new DemoGateways(plain.config()).reach(server));
            assertThat(reached.sensors())
                    .isEqualTo(
                            new MqttAccess(
                                    server.address("mqtt"),
                                    DemoGateways.SENSORS,
                                    null,
                                    "irrigation"));
        }
        LoadedConfig<ServerConfig> none =
                sources().flag("mqtt.tls-port", "none").flag("mqtt.port", "none").load();
        try (RunningServer server = start(none)) {
            assertThat(new DemoGateways(none.config()).reach(server)).isNull();
        }
        assertThat(devices(none).read().devices()).isEmpty();
    }

    private record Ended(int exit, String out, String err) {}

    private static Ended simulate(RunningServer server, String... words) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exit =
                Main.run(
                        new PrintWriter(out),
                        new PrintWriter(err),
                        Stream.concat(
                                        Stream.of(
                                                "simulate",
                                                "--sensors=2",
                                                "--count=1",
                                                "--to="
                                                        + RunningServer.text(
                                                                server.address("mqtts"))),
                                        Stream.of(words))
                                .toArray(String[]::new));
        return new Ended(exit, out.toString(), err.toString());
    }

    @Test
    void simulatedSensorsComeByAGatewaysIdentity() throws Exception {
        LoadedConfig<ServerConfig> config = sources().flag("mqtt.topic-root", "farm").load();
        Path credentials = folder.resolve("credentials");
        Credentials free = new Credentials(credentials.resolve("free"));
        devices(config)
                .add(
                        List.of("free"),
                        new DeviceRegistrar.Rights(Role.GATEWAY, List.of(), List.of()),
                        credentials);
        devices(config)
                .add(
                        List.of("bound"),
                        new DeviceRegistrar.Rights(Role.GATEWAY, List.of("*-1"), List.of()),
                        credentials);
        try (RunningServer server = start(config)) {
            Ended by =
                    simulate(
                            server,
                            "--protocol=mqtt",
                            "--identity=" + free.folder(),
                            "--topic-root=farm");
            assertThat(by.err()).isEmpty();
            assertThat(by.out()).startsWith("2 stored, 0 refused");
            assertThat(by.exit()).isEqualTo(Exit.DONE);

            Ended byFiles =
                    simulate(
                            server,
                            "--protocol=mqtt",
                            "--ca=" + free.rootCa(),
                            "--cert=" + free.certificate(),
                            "--key=" + free.privateKey(),
                            "--topic-root=farm");
            assertThat(byFiles.out()).startsWith("2 stored, 0 refused");

            Ended bound =
                    simulate(
                            server,
                            "--protocol=mqtt",
                            "--identity=" + credentials.resolve("bound"),
                            "--topic-root=farm");
            assertThat(bound.out()).startsWith("1 stored, 1 refused");
            assertThat(bound.exit()).isEqualTo(Exit.FAILED);

            Ended nobody = simulate(server, "--protocol=mqtt", "--ca=" + free.rootCa());
            assertThat(nobody.out()).startsWith("2 waiting: MQTT: ");
            assertThat(nobody.exit()).isEqualTo(Exit.FAILED);

            Ended absent =
                    simulate(server, "--protocol=mqtt", "--identity=" + folder.resolve("absent"));
            assertThat(absent.exit()).isEqualTo(Exit.USAGE);
            assertThat(absent.err()).contains("absent/certificate.pem does not exist");
            assertThat(
                            simulate(
                                            server,
                                            "--protocol=mqtt",
                                            "--identity=" + free.folder(),
                                            "--tls")
                                    .err())
                    .contains("--identity stands for --tls");
            assertThat(simulate(server, "--identity=" + free.folder(), "--protocol=http").err())
                    .contains("--identity is a device's, for --protocol mqtt");
        }
    }
}
