package io.riacho.server.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import io.riacho.config.ConfigSources;
import io.riacho.disk.RealDisk;
import io.riacho.identity.Credentials;
import io.riacho.identity.DeviceRegistrar;
import io.riacho.identity.IdentityOptions;
import io.riacho.identity.Role;
import io.riacho.identity.tls.ClientKeys;
import io.riacho.lake.QueryLimits;
import io.riacho.lake.QueryResult;
import io.riacho.server.Riacho;
import io.riacho.server.ServerConfig;
import io.riacho.testkit.HttpCalls;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/// A real Mosquitto that trusts Riacho's authority, and the identities for it: two of compute, one of a
/// gateway. Riacho's data are below the folder.
final class BridgeSite implements AutoCloseable {

    private final Path folder;
    private final Mosquitto mosquitto;

    BridgeSite(Path folder) throws Exception {
        this.folder = folder;
        DeviceRegistrar devices =
                new DeviceRegistrar(
                        new RealDisk(),
                        folder.resolve("data/identity"),
                        IdentityOptions.with(Map.of()),
                        InstantSource.system());
        devices.add(
                List.of("irrigation-compute", "irrigation-compute-2"),
                new DeviceRegistrar.Rights(Role.COMPUTE, List.of(), List.of()),
                folder.resolve("credentials"));
        devices.add(
                List.of("gateway-1"),
                new DeviceRegistrar.Rights(Role.GATEWAY, List.of(), List.of()),
                folder.resolve("credentials"));
        // A start makes the certificate that a server on this host shows.
        Riacho.start(sources("data").load().config()).close();
        mosquitto =
                new Mosquitto(
                        folder.resolve("mosquitto"),
                        folder.resolve("data/identity/server.pem"),
                        folder.resolve("data/identity/server.key"),
                        credentials("irrigation-compute"));
    }

    Mosquitto mosquitto() {
        return mosquitto;
    }

    Credentials credentials(String name) {
        return new Credentials(folder.resolve("credentials").resolve(name));
    }

    private ConfigSources<ServerConfig> sources(String data) {
        return ServerConfig.sources()
                .anyPorts()
                .flag("data", folder.resolve(data).toString())
                .flag("retention.free-disk-bytes-min", "0");
    }

    /// A server that connects to the broker.
    ///
    /// @param data its folder
    /// @param compute its identity
    /// @param settings further ones, as `key=value`
    ServerConfig config(String data, String compute, String... settings) {
        Credentials own = credentials(compute);
        ConfigSources<ServerConfig> sources =
                sources(data)
                        .flag("broker.url", "ssl://localhost:" + mosquitto.port())
                        .flag("broker.certificate", own.certificate().toString())
                        .flag("broker.key", own.privateKey().toString())
                        .flag("broker.ca", own.rootCa().toString());
        for (String each : settings) {
            int equals = each.indexOf('=');
            sources.flag(each.substring(0, equals), each.substring(equals + 1));
        }
        return sources.load().config();
    }

    /// A server with the first identity of compute.
    ServerConfig config() {
        return config("data", "irrigation-compute");
    }

    /// The gateway's client, which comes back by itself.
    Mqtt5AsyncClient gateway() throws Exception {
        Credentials gateway = credentials("gateway-1");
        return MqttClient.builder()
                .useMqttVersion5()
                .identifier("gateway-1")
                .serverHost("localhost")
                .serverPort(mosquitto.port())
                .sslConfig(
                        MqttClientSslConfig.builder()
                                .keyManagerFactory(
                                        ClientKeys.own(gateway.certificate(), gateway.privateKey()))
                                .trustManagerFactory(ClientKeys.trusting(gateway.rootCa()))
                                .build())
                .automaticReconnect()
                .initialDelay(100, TimeUnit.MILLISECONDS)
                .maxDelay(500, TimeUnit.MILLISECONDS)
                .applyAutomaticReconnect()
                .buildAsync();
    }

    /// Waits until a server is connected to the broker, or is not.
    static void awaitConnected(Riacho riacho, boolean connected) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(90))
                .untilAsserted(() ->
                        assertThat(HttpCalls.get(riacho.address("http"), "/metrics"))
                                .containsPattern(
                                        "(?m)^riacho_broker_connected " + (connected ? 1 : 0)));
    }

    /// The first column of an answer.
    static List<String> query(Riacho riacho, String sql) throws Exception {
        List<String> rows = new ArrayList<>();
        try (QueryResult result = riacho.lake().query(sql, QueryLimits.defaults())) {
            while (result.next()) {
                rows.add(String.valueOf(result.value(0)));
            }
        }
        return rows;
    }

    static long readings(Riacho riacho) throws Exception {
        return Long.parseLong(
                query(riacho, "SELECT coalesce(sum(count), 0)::BIGINT FROM series").getFirst());
    }

    @Override
    public void close() {
        mosquitto.close();
    }
}
