package io.riacho.server.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import io.riacho.config.ConfigException;
import io.riacho.config.ConfigSources;
import io.riacho.disk.RealDisk;
import io.riacho.identity.Credentials;
import io.riacho.identity.DeviceRegistrar;
import io.riacho.identity.Role;
import io.riacho.server.Riacho;
import io.riacho.server.ServerConfig;
import io.riacho.server.identity.DeviceClient.Way;
import io.riacho.testkit.TestCertificates;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Revocation lists of authorities that the operator runs, in a running server.
class RevocationListsTest {

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    @SuppressWarnings("NullAway.Init") // set before each test
    private TestCertificates operators;

    @BeforeEach
    void make() throws Exception {
        operators = new TestCertificates(folder);
        operators.sign("a");
        operators.sign("b");
    }

    private ConfigSources<ServerConfig> sources(Map<String, String> settings) {
        ConfigSources<ServerConfig> sources =
                ServerConfig.sources()
                        .anyPorts()
                        .flag("data", folder.resolve("data").toString())
                        .flag("retention.free-disk-bytes-min", "0");
        settings.forEach(sources::flag);
        return sources;
    }

    @Test
    void whoIsListedIsDisconnectedAndRefused() throws Exception {
        Path crl = operators.revoke();
        ServerConfig config =
                sources(
                                Map.of(
                                        "identity.trusted-ca",
                                        operators.authority().toString(),
                                        "identity.trusted-crl",
                                        crl.toString()))
                        .load()
                        .config();
        Path credentials = folder.resolve("credentials");
        new DeviceRegistrar(
                        new RealDisk(),
                        config.identityDirectory(),
                        config.identity(),
                        InstantSource.system())
                .add(
                        List.of("own"),
                        new DeviceRegistrar.Rights(Role.GATEWAY, List.of(), List.of()),
                        credentials);
        Credentials own = new Credentials(credentials.resolve("own"));
        try (Riacho riacho = Riacho.start(config)) {
            DeviceClient ours = DeviceClient.connect(tls(riacho), "own", own);
            DeviceClient a = connect(riacho, "a", own);
            DeviceClient b = connect(riacho, "b", own);

            operators.revoke("a");

            assertThat(a.disconnection()).contains("Server sent DISCONNECT");
            await().atMost(Duration.ofSeconds(20)).until(() -> !a.isConnected());
            assertThatThrownBy(() -> connect(riacho, "a", own))
                    .isInstanceOf(Mqtt5ConnAckException.class)
                    .hasMessageContaining("NOT_AUTHORIZED");
            assertThat(b.isConnected()).isTrue();
            assertThat(ours.isConnected()).isTrue();
            // With its next certificate it is welcome.
            operators.sign("a");
            connect(riacho, "a", own).disconnect();
            b.disconnect();
            ours.disconnect();
        }
    }

    private static Way tls(Riacho riacho) {
        return Way.tls(riacho.address("mqtts"));
    }

    private DeviceClient connect(Riacho riacho, String name, Credentials own) throws Exception {
        return DeviceClient.connect(
                tls(riacho), name, operators.certificate(name), operators.key(name), own.rootCa());
    }

    @Test
    void withoutTheListOrItsAuthoritiesNothingStarts() {
        Path absent = folder.resolve("absent");
        ServerConfig config =
                sources(
                                Map.of(
                                        "identity.trusted-ca",
                                        operators.authority().toString(),
                                        "identity.trusted-crl",
                                        absent.toString()))
                        .load()
                        .config();
        assertThatThrownBy(() -> Riacho.start(config).close())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("absent does not exist");
        assertThatThrownBy(() -> sources(Map.of("identity.trusted-crl", "x")).load())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("needs 'identity.trusted-ca' as well");
    }
}
