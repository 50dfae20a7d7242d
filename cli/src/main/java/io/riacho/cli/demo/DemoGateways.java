package io.riacho.cli.demo;

import io.riacho.cli.serve.RunningServer;
import io.riacho.client.ClientTls;
import io.riacho.disk.RealDisk;
import io.riacho.field.FieldRun;
import io.riacho.field.MqttAccess;
import io.riacho.identity.Credentials;
import io.riacho.identity.DeviceRegistrar;
import io.riacho.identity.RegisteredDevice;
import io.riacho.identity.Role;
import io.riacho.server.ServerConfig;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The demo's gateways: devices like any other, issued by the server's authority the first time. Their
/// credentials stay in the data directory. One that was revoked is not replaced.
public final class DemoGateways {

    static final String SENSORS = "field-gateway-1";
    static final String VALVES = "field-gateway-2";

    private static final Duration RENEWED_BEFORE_END = Duration.ofDays(30);
    private static final DeviceRegistrar.Rights RIGHTS =
            new DeviceRegistrar.Rights(Role.GATEWAY, List.of("field-*"), List.of("field-*"));

    private final ServerConfig config;
    private final DeviceRegistrar devices;
    private final InstantSource clock = InstantSource.system();

    public DemoGateways(ServerConfig config) {
        this.config = config;
        devices =
                new DeviceRegistrar(
                        new RealDisk(), config.identityDirectory(), config.identity(), clock);
    }

    /// Where their credentials are.
    Path folder() {
        return config.data().resolve("demo-gateways");
    }

    /// How they reach the server; null: it has no MQTT port.
    ///
    /// @throws IOException when an identity cannot be issued
    public FieldRun.@Nullable Gateways reach(RunningServer server) throws IOException {
        String root = config.mqtt().topicRoot();
        if (server.has("mqtts")) {
            InetSocketAddress address = server.address("mqtts");
            return new FieldRun.Gateways(
                    MqttAccess.with(address, tls(SENSORS), root),
                    MqttAccess.with(address, tls(VALVES), root));
        }
        if (server.has("mqtt")) {
            InetSocketAddress address = server.address("mqtt");
            return new FieldRun.Gateways(
                    new MqttAccess(address, SENSORS, null, root),
                    new MqttAccess(address, VALVES, null, root));
        }
        return null;
    }

    private ClientTls tls(String name) throws IOException {
        Credentials own = issued(name);
        Path shown = config.tls().certificate();
        return new ClientTls(
                shown == null || config.identity().rootCa() != null ? own.rootCa() : shown,
                own.certificate(),
                own.privateKey());
    }

    private Credentials issued(String name) throws IOException {
        Credentials credentials = new Credentials(folder().resolve(name));
        RegisteredDevice known = devices.read().device(name);
        if (known == null) {
            devices.add(List.of(name), RIGHTS, folder());
        } else if (!known.isRevoked()
                && (!Files.exists(credentials.privateKey())
                        || known.current()
                                .end()
                                .isBefore(clock.instant().plus(RENEWED_BEFORE_END)))) {
            devices.rotate(name, Duration.ZERO, folder());
        }
        return credentials;
    }
}
