package io.riacho.server.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import io.riacho.config.ConfigSources;
import io.riacho.disk.RealDisk;
import io.riacho.identity.Credentials;
import io.riacho.identity.DeviceRegistrar;
import io.riacho.identity.RegisteredDevice;
import io.riacho.identity.Registry;
import io.riacho.identity.RegistryFile;
import io.riacho.identity.Role;
import io.riacho.identity.tls.TlsContexts;
import io.riacho.server.Riacho;
import io.riacho.server.ServerConfig;
import io.riacho.server.identity.DeviceClient.Way;
import io.riacho.testkit.TestCertificates;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Devices that are registered while a server runs, over its real ports.
class IdentitiesTest {

    private static final DeviceRegistrar.Rights GATEWAY =
            new DeviceRegistrar.Rights(Role.GATEWAY, List.of("field-*"), List.of());
    private static final String READING = "{\"value\": 21.5}";

    @TempDir Path folder;

    private @Nullable Riacho server;

    private Riacho start(Map<String, String> settings) throws Exception {
        ConfigSources<ServerConfig> sources =
                ServerConfig.sources()
                        .anyPorts()
                        .flag("data", folder.resolve("data").toString())
                        .flag("retention.free-disk-bytes-min", "0");
        settings.forEach(sources::flag);
        config = sources.load().config();
        Riacho started = Riacho.start(config);
        server = started;
        return started;
    }

    private ServerConfig config = ServerConfig.defaults();

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    private DeviceRegistrar devices() {
        return new DeviceRegistrar(
                new RealDisk(),
                config.identityDirectory(),
                config.identity(),
                InstantSource.system());
    }

    private Path out() {
        return folder.resolve("credentials");
    }

    private Credentials add(String name, DeviceRegistrar.Rights rights) throws Exception {
        devices().add(List.of(name), rights, out());
        return new Credentials(out().resolve(name));
    }

    private static Way tls(Riacho riacho) {
        return Way.tls(riacho.address("mqtts"));
    }

    /// Until the server has seen what changed on disk.
    private static <T> T eventually(Callable<T> attempt) {
        return await().atMost(Duration.ofSeconds(20)).ignoreExceptions().until(attempt, r -> true);
    }

    @Test
    void aServerThatRunsTakesTheFirstDeviceWithoutARestart() throws Exception {
        Riacho riacho = start(Map.of());
        Credentials credentials = add("gateway-1", GATEWAY);

        DeviceClient device =
                eventually(() -> DeviceClient.connect(tls(riacho), "gateway-1", credentials));

        assertThat(device.publish("irrigation/sensors/field-1/data", READING)).isEqualTo("SUCCESS");
        assertThat(device.publish("irrigation/sensors/other/data", READING))
                .isEqualTo("NOT_AUTHORIZED");
        assertThat(device.publish("irrigation/control/valve/command", "{}"))
                .isEqualTo("NOT_AUTHORIZED");
        device.disconnect();
    }

    @ParameterizedTest
    @CsvSource({
        "mqtts,TLSv1.2",
        "mqtts,TLSv1.3",
        "mqtt-wss,TLSv1.2",
        "mqtt-wss,TLSv1.3",
    })
    void deviceConnectsBy(String door, String protocol) throws Exception {
        config = ServerConfig.with(Map.of("data", folder.resolve("data").toString()));
        Credentials credentials = add("gateway-1", GATEWAY);
        Riacho riacho = start(Map.of());

        DeviceClient device =
                DeviceClient.connect(
                        new Way(riacho.address(door), door.equals("mqtt-wss"), List.of(protocol)),
                        "gateway-1",
                        credentials);

        assertThat(device.publish("irrigation/sensors/field-1/data", READING)).isEqualTo("SUCCESS");
        device.disconnect();
    }

    @Test
    void revokedDeviceIsSentAwayAndRefused() throws Exception {
        Riacho riacho = start(Map.of());
        Credentials credentials = add("gateway-1", GATEWAY);
        Credentials others = add("gateway-2", GATEWAY);
        DeviceClient device =
                eventually(() -> DeviceClient.connect(tls(riacho), "gateway-1", credentials));
        DeviceClient other =
                eventually(() -> DeviceClient.connect(tls(riacho), "gateway-2", others));

        devices().revoke("gateway-1");

        assertThat(device.disconnection()).contains("DISCONNECT");
        assertThatThrownBy(() -> DeviceClient.connect(tls(riacho), "gateway-1", credentials))
                .isInstanceOf(Mqtt5ConnAckException.class)
                .hasMessageContaining("NOT_AUTHORIZED");
        assertThat(other.isConnected()).isTrue();
        other.disconnect();
    }

    @Test
    void rotatedDeviceConnectsWithItsNewCertificateOnly() throws Exception {
        Riacho riacho = start(Map.of());
        Credentials credentials = add("gateway-1", GATEWAY);
        DeviceClient device =
                eventually(() -> DeviceClient.connect(tls(riacho), "gateway-1", credentials));

        devices().rotate("gateway-1", Duration.ZERO, out());

        device.disconnection();
        DeviceClient next =
                eventually(() -> DeviceClient.connect(tls(riacho), "gateway-1", credentials));
        assertThat(next.publish("irrigation/sensors/field-1/data", READING)).isEqualTo("SUCCESS");
        assertThatThrownBy(() ->
                        DeviceClient.connect(
                                tls(riacho),
                                "gateway-1",
                                new Credentials(out().resolve("gateway-1.previous"))))
                .isInstanceOf(Mqtt5ConnAckException.class)
                .hasMessageContaining("NOT_AUTHORIZED");
        next.disconnect();
    }

    @Test
    void clientIdIsTheNameInTheCertificateAndNobodyElseBearsIt() throws Exception {
        Riacho riacho = start(Map.of());
        Credentials credentials = add("gateway-1", GATEWAY);
        DeviceClient left = eventually(() -> DeviceClient.connect(tls(riacho), "", credentials));
        assertThat(left.publish("irrigation/gateway/status", "{}")).isEqualTo("SUCCESS");
        left.disconnect();

        assertThatThrownBy(() -> DeviceClient.connect(tls(riacho), "gateway-2", credentials))
                .isInstanceOf(Mqtt5ConnAckException.class)
                .hasMessageContaining("CLIENT_IDENTIFIER_NOT_VALID");
        assertThatThrownBy(() ->
                        DeviceClient.connect(
                                tls(riacho), "gateway-1", null, null, credentials.rootCa()))
                .as("without a certificate TLS already fails")
                .isNotInstanceOf(Mqtt5ConnAckException.class);
        assertThatThrownBy(() ->
                        MqttClient.builder()
                                .useMqttVersion5()
                                .identifier("gateway-1")
                                .serverHost("127.0.0.1")
                                .serverPort(riacho.address("mqtt").getPort())
                                .buildBlocking()
                                .connect())
                .isInstanceOf(Mqtt5ConnAckException.class)
                .hasMessageContaining("CLIENT_IDENTIFIER_NOT_VALID");
    }

    @Test
    void certificateThatTheRegistryDoesNotHoldIsRefused() throws Exception {
        Riacho riacho = start(Map.of());
        Credentials credentials = add("gateway-1", GATEWAY);
        DeviceClient device =
                eventually(() -> DeviceClient.connect(tls(riacho), "gateway-1", credentials));

        // As after restoring a backup from before.
        new RegistryFile(new RealDisk(), config.identityDirectory()).change(_ -> Registry.EMPTY);

        device.disconnection();
        assertThatThrownBy(() -> DeviceClient.connect(tls(riacho), "gateway-1", credentials))
                .isInstanceOf(Mqtt5ConnAckException.class)
                .hasMessageContaining("NOT_AUTHORIZED");
    }

    @Test
    void certificatesOfATrustedAuthorityRegisterThemselvesUpToTheLimit() throws Exception {
        TestCertificates operators = new TestCertificates(folder);
        Riacho riacho =
                start(
                        Map.of(
                                "identity.trusted-ca",
                                operators.authority().toString(),
                                "identity.jit-devices-max",
                                "2"));
        Credentials own = add("gateway-1", GATEWAY);
        DeviceClient ours = eventually(() -> DeviceClient.connect(tls(riacho), "gateway-1", own));
        for (String name : List.of("a", "b", "c", "gateway-1x")) {
            operators.sign(name);
        }

        DeviceClient a = connect(riacho, operators, "a", own);
        DeviceClient b = connect(riacho, operators, "b", own);

        assertThat(a.publish("irrigation/sensors/any/data", READING)).isEqualTo("SUCCESS");
        assertThat(devices().get("a").origin()).isEqualTo(RegisteredDevice.Origin.TRUSTED);
        assertThat(devices().get("a").role()).isEqualTo(Role.GATEWAY);
        assertThatThrownBy(() -> connect(riacho, operators, "c", own))
                .isInstanceOf(Mqtt5ConnAckException.class)
                .hasMessageContaining("NOT_AUTHORIZED");
        // Its authority renews it.
        operators.sign("a");
        a.disconnect();
        DeviceClient renewed = connect(riacho, operators, "a", own);
        assertThat(devices().get("a").certificates()).hasSize(2);
        devices().revoke("b");
        b.disconnection();
        operators.sign("b");
        assertThatThrownBy(() -> connect(riacho, operators, "b", own))
                .as("revoked means the name, not the certificate")
                .isInstanceOf(Mqtt5ConnAckException.class);
        // Nor may a stranger's authority speak for a device of ours.
        operators.sign("gateway-1");
        assertThatThrownBy(() -> connect(riacho, operators, "gateway-1", own))
                .isInstanceOf(Mqtt5ConnAckException.class);
        assertThat(ours.isConnected()).isTrue();
        ours.disconnect();
        renewed.disconnect();
    }

    private static DeviceClient connect(
            Riacho riacho, TestCertificates operators, String name, Credentials own)
            throws Exception {
        return DeviceClient.connect(
                tls(riacho), name, operators.certificate(name), operators.key(name), own.rootCa());
    }

    @Test
    void configuredCertificateIsUsedAndReloadedWithoutARestart() throws Exception {
        TestCertificates operators = new TestCertificates(folder);
        operators.sign("server-1");
        operators.sign("server-2");
        Path certificate = folder.resolve("server.pem");
        Path key = folder.resolve("server.key");
        Files.copy(operators.certificate("server-1"), certificate);
        Files.copy(operators.key("server-1"), key);
        Riacho riacho =
                start(
                        Map.of(
                                "tls.certificate", certificate.toString(),
                                "tls.key", key.toString(),
                                "identity.root-ca", operators.authority().toString()));
        Credentials credentials = add("gateway-1", GATEWAY);
        assertThat(credentials.rootCa()).hasSameTextualContentAs(operators.authority());
        DeviceClient before =
                eventually(() -> DeviceClient.connect(tls(riacho), "gateway-1", credentials));
        assertThat(shown(riacho)).contains("CN=server-1");

        Files.copy(operators.key("server-2"), key, StandardCopyOption.REPLACE_EXISTING);
        Files.copy(
                operators.certificate("server-2"),
                certificate,
                StandardCopyOption.REPLACE_EXISTING);

        await().atMost(Duration.ofSeconds(20)).until(() -> shown(riacho).contains("CN=server-2"));
        assertThat(before.isConnected()).isTrue();
        before.disconnect();
    }

    @Test
    void serversOwnCertificateBearsTheNamesThatDevicesUse() throws Exception {
        config =
                ServerConfig.with(
                        Map.of(
                                "data",
                                folder.resolve("data").toString(),
                                "identity.server-names",
                                "farm.example.org,192.0.2.7"));
        add("gateway-1", GATEWAY);
        start(Map.of("identity.server-names", "farm.example.org,192.0.2.7"));

        X509Certificate certificate =
                TlsContexts.certificates(
                                config.identityDirectory().resolve("server.pem"), "certificate")
                        .getFirst();
        assertThat(certificate.getSubjectAlternativeNames())
                .extracting(each -> String.valueOf(each.get(1)))
                .contains(
                        "localhost",
                        "127.0.0.1",
                        "0:0:0:0:0:0:0:1",
                        "farm.example.org",
                        "192.0.2.7");
        assertThat(certificate.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1");
    }

    /// The subject of the certificate that the server shows.
    private static String shown(Riacho riacho) throws Exception {
        StringBuilder subject = new StringBuilder();
        X509TrustManager looks =
                new X509TrustManager() {
                    @Override
                    public void checkClientTrusted(X509Certificate[] chain, String type) {}

                    @Override
                    public void checkServerTrusted(X509Certificate[] chain, String type) {
                        subject.append(chain[0].getSubjectX500Principal().getName());
                    }

                    @Override
                    public X509Certificate[] getAcceptedIssuers() {
                        return new X509Certificate[0];
                    }
                };
        SSLContext context = SSLContext.getInstance("TLSv1.2");
        context.init(null, new TrustManager[] {looks}, null);
        try (SSLSocket socket =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket(
                                        InetAddress.getLoopbackAddress(),
                                        riacho.address("mqtts").getPort())) {
            socket.setSoTimeout(10_000);
            socket.startHandshake();
        } catch (IOException _) {
            // It has no certificate of its own; the server's was seen by then.
        }
        return subject.toString();
    }
}
