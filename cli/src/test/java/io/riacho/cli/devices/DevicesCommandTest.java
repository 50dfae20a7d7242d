package io.riacho.cli.devices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.hivemq.client.mqtt.MqttClient;
import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.mqtt5.Mqtt5BlockingClient;
import com.hivemq.client.mqtt.mqtt5.exceptions.Mqtt5ConnAckException;
import io.riacho.cli.Main;
import io.riacho.cli.common.Exit;
import io.riacho.cli.serve.RunningServer;
import io.riacho.identity.Credentials;
import io.riacho.identity.tls.ClientKeys;
import io.riacho.identity.tls.TlsContexts;
import io.riacho.server.ServerConfig;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// `riacho devices`: what it writes, prints and ends with, with a server on the data directory and
/// without one.
class DevicesCommandTest {

    private static final List<String> FILES =
            List.of("certificate.pem", "private.key", "root-ca.pem", "thing_name.txt");

    @TempDir
    @SuppressWarnings("NullAway.Init") // JUnit sets it
    private Path folder;

    private record Result(int exit, String out, String err) {}

    private Result devices(String... words) {
        List<String> all = new ArrayList<>(List.of("devices"));
        all.addAll(List.of(words));
        all.add("--data=" + data());
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exit = Main.run(new PrintWriter(out), new PrintWriter(err), all.toArray(String[]::new));
        return new Result(exit, out.toString(), err.toString());
    }

    private Result add(String name, String... words) {
        return devices(
                Stream.concat(Stream.of("add", name, "--out=" + credentials()), Stream.of(words))
                        .toArray(String[]::new));
    }

    private Path data() {
        return folder.resolve("data");
    }

    private Path credentials() {
        return folder.resolve("credentials");
    }

    private Credentials of(String name) {
        return new Credentials(credentials().resolve(name));
    }

    private static String mode(Path path) throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private static List<String> names(Path directory) throws Exception {
        try (Stream<Path> list = Files.list(directory)) {
            return list.map(each -> String.valueOf(each.getFileName())).sorted().toList();
        }
    }

    private static X509Certificate certificate(Credentials credentials) throws Exception {
        return TlsContexts.certificates(credentials.certificate(), "certificate").getFirst();
    }

    @Test
    void anIdentityIsAFolderThatOnlyItsOwnerReads() throws Exception {
        Result result = add("gateway-1", "--role=gateway", "--sensors=field-*,tank");

        assertThat(result.err()).isEmpty();
        assertThat(result.exit()).isEqualTo(Exit.DONE);
        Path made = credentials().resolve("gateway-1");
        assertThat(result.out())
                .containsPattern("gateway-1 \\(gateway\\) until 20[0-9-]+T[0-9:]+Z: " + made)
                .contains("mosquitto_pub -h localhost -p 8883 --cafile " + made)
                .contains("-i gateway-1 -q 1 -t irrigation/sensors/field-1/data")
                .doesNotContain("PRIVATE KEY");
        assertThat(names(made)).isEqualTo(FILES);
        assertThat(mode(made)).isEqualTo("rwx------");
        assertThat(mode(data().resolve("identity"))).isEqualTo("rwx------");
        for (String each : FILES) {
            assertThat(mode(made.resolve(each))).as(each).isEqualTo("rw-------");
        }
        for (String each : names(data().resolve("identity"))) {
            assertThat(mode(data().resolve("identity").resolve(each)))
                    .as(each)
                    .isEqualTo("rw-------");
        }
        Credentials gateway = of("gateway-1");
        assertThat(gateway.thingName()).hasContent("gateway-1");
        X509Certificate certificate = certificate(gateway);
        assertThat(certificate.getSubjectX500Principal().getName()).isEqualTo("CN=gateway-1");
        certificate.verify(
                TlsContexts.certificates(gateway.rootCa(), "authority").getFirst().getPublicKey());
        assertThat(ClientKeys.own(gateway.certificate(), gateway.privateKey()).getKeyManagers())
                .isNotEmpty();
    }

    @Test
    void manyAreIssuedAtOnceOrNone() throws Exception {
        Result many = add("probe", "--role=gateway", "--count=3");

        assertThat(many.exit()).isEqualTo(Exit.DONE);
        assertThat(names(credentials())).containsExactly("probe-1", "probe-2", "probe-3");
        assertThat(certificate(of("probe-1")).getSerialNumber())
                .isNotEqualTo(certificate(of("probe-2")).getSerialNumber());

        assertThat(add("late-2", "--role=gateway").exit()).isEqualTo(Exit.DONE);
        Result taken = add("late", "--role=gateway", "--count=3");
        assertThat(taken.exit()).isEqualTo(Exit.FAILED);
        assertThat(taken.err())
                .contains("late-2 is registered already", "'riacho devices rotate' gives it");
        assertThat(names(credentials())).containsExactly("late-2", "probe-1", "probe-2", "probe-3");
        assertThat(devices("show", "late-1").exit()).isEqualTo(Exit.FAILED);
    }

    @Test
    void listAndShowSayWhatIsKnown() {
        assertThat(devices("list").out()).contains("no devices yet; 'riacho devices add");
        add("gateway-1", "--role=gateway", "--sensors=field-*,tank", "--devices=valve-?");
        add("panel", "--role=operator");
        devices("revoke", "panel");

        Result list = devices("list");
        assertThat(list.out().lines().toList())
                .hasSize(3)
                .anySatisfy(line ->
                        assertThat(line)
                                .matches(
                                        "gateway-1 +gateway +active +20[0-9-]{8} +field-\\*,"
                                                + " tank"))
                .anySatisfy(line -> assertThat(line).matches("panel +operator +revoked .*"));
        assertThat(devices("show", "gateway-1").out())
                .contains("name        gateway-1", "role        gateway", "state       active")
                .contains("sensors     field-*, tank", "devices     valve-?")
                .contains("issued by   Riacho's own authority")
                .containsPattern("certificate [0-9a-f]+, .* \\([0-9]+ days left\\)")
                .containsPattern("SHA-256 [0-9a-f]{64}");
        assertThat(devices("show", "panel").out())
                .contains("state       revoked")
                .containsPattern("revoked     20[0-9-]+T");
    }

    @Test
    void rotatingKeepsTheOldFolderAndRevokingTwiceIsHarmless() throws Exception {
        add("gateway-1", "--role=gateway");
        X509Certificate before = certificate(of("gateway-1"));

        Result rotated = devices("rotate", "gateway-1", "--out=" + credentials(), "--overlap=2h");

        assertThat(rotated.exit()).isEqualTo(Exit.DONE);
        assertThat(rotated.out()).contains("gateway-1 has a certificate until");
        String until = rotated.out().lines().toList().getLast().replaceFirst(".* until ", "");
        assertThat(Instant.parse(until))
                .isBetween(
                        Instant.now().plus(Duration.ofMinutes(90)),
                        Instant.now().plus(Duration.ofHours(2)));
        assertThat(names(credentials())).containsExactly("gateway-1", "gateway-1.previous");
        assertThat(certificate(of("gateway-1.previous"))).isEqualTo(before);
        assertThat(certificate(of("gateway-1")).getPublicKey()).isNotEqualTo(before.getPublicKey());

        assertThat(devices("revoke", "gateway-1").out()).contains("gateway-1 was revoked at");
        assertThat(devices("revoke", "gateway-1").exit()).isEqualTo(Exit.DONE);
        Result late = devices("rotate", "gateway-1", "--out=" + credentials());
        assertThat(late.exit()).isEqualTo(Exit.FAILED);
        assertThat(late.err()).contains("gateway-1 was revoked; issue an identity of another name");
        assertThat(add("gateway-1", "--role=gateway").err())
                .contains("was revoked; choose another name");
    }

    @Test
    void aDeviceThatMadeItsKeyGetsACertificateForIt() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        KeyPair keys = generator.generateKeyPair();
        byte[] request =
                new JcaPKCS10CertificationRequestBuilder(
                                new X500Principal("CN=whatever"), keys.getPublic())
                        .build(
                                new JcaContentSignerBuilder("SHA256withECDSA")
                                        .build(keys.getPrivate()))
                        .getEncoded();
        Path file = folder.resolve("probe.csr");
        Files.writeString(
                file,
                "-----BEGIN CERTIFICATE REQUEST-----\n"
                        + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                                .encodeToString(request)
                        + "\n-----END CERTIFICATE REQUEST-----\n");

        Result result = add("probe", "--role=gateway", "--csr=" + file);

        assertThat(result.err()).isEmpty();
        assertThat(result.out()).contains("--key KEY");
        assertThat(names(credentials().resolve("probe"))).doesNotContain("private.key");
        X509Certificate signed = certificate(of("probe"));
        assertThat(signed.getPublicKey()).isEqualTo(keys.getPublic());
        assertThat(signed.getSubjectX500Principal().getName()).isEqualTo("CN=probe");
    }

    record Wrong(List<String> words, int exit, String says) {}

    static List<Wrong> wrongCalls() {
        return List.of(
                new Wrong(List.of("add"), Exit.USAGE, "NAME"),
                new Wrong(List.of("add", "x"), Exit.USAGE, "--role"),
                new Wrong(List.of("add", "x", "--role=king"), Exit.USAGE, "king"),
                new Wrong(List.of("add", "x", "--role=local"), Exit.USAGE, "local"),
                new Wrong(List.of("add", "a/b", "--role=gateway"), Exit.USAGE, "no thing name"),
                new Wrong(List.of("add", "..", "--role=gateway"), Exit.USAGE, "no thing name"),
                new Wrong(
                        List.of("add", "x", "--role=operator", "--sensors=s*"),
                        Exit.USAGE,
                        "only a gateway is restricted"),
                new Wrong(
                        List.of("add", "x", "--role=gateway", "--count=0"),
                        Exit.USAGE,
                        "--count takes 1 to 10000"),
                new Wrong(
                        List.of("add", "x", "--role=gateway", "--count=2", "--csr=f"),
                        Exit.USAGE,
                        "--csr is for one device"),
                new Wrong(
                        List.of("add", "x", "--role=gateway", "--csr=/no/such/file"),
                        Exit.FAILED,
                        "cannot read /no/such/file: there is no such file"),
                new Wrong(List.of("show", "nobody"), Exit.FAILED, "no device is called nobody"),
                new Wrong(List.of("revoke", "nobody"), Exit.FAILED, "'riacho devices list' names"),
                new Wrong(List.of("revoke"), Exit.USAGE, "NAME"),
                new Wrong(List.of("rotate", "nobody"), Exit.FAILED, "no device is called nobody"),
                new Wrong(List.of("rotate", "x", "--overlap=soon"), Exit.USAGE, "soon"),
                new Wrong(List.of("expel", "x"), Exit.USAGE, "expel"));
    }

    @ParameterizedTest
    @MethodSource("wrongCalls")
    void whatMakesNoSenseIsSaidAndChangesNothing(Wrong wrong) throws Exception {
        Result result = devices(wrong.words().toArray(String[]::new));

        assertThat(result.err()).contains(wrong.says()).doesNotContain("Exception");
        assertThat(result.exit()).isEqualTo(wrong.exit());
        assertThat(devices("list").out()).contains("no devices yet");
        assertThat(folder.resolve("credentials")).doesNotExist();
    }

    @Test
    void damagedRegistryIsNamedAndLeftAlone() throws Exception {
        add("gateway-1", "--role=gateway");
        Path registry = data().resolve("identity").resolve("devices");
        String damaged = Files.readString(registry).replace("gateway-1", "gateway-9");
        Files.writeString(registry, damaged);

        Result result = add("gateway-2", "--role=gateway");

        assertThat(result.exit()).isEqualTo(Exit.FAILED);
        assertThat(result.err()).contains(registry.toString());
        assertThat(registry).hasContent(damaged.strip());
        assertThat(names(credentials())).containsExactly("gateway-1");
    }

    @Test
    void aRunningServerFollows() throws Exception {
        try (RunningServer server = server()) {
            add("gateway-1", "--role=gateway");
            Credentials first = of("gateway-1");
            Mqtt5BlockingClient client = client(server, first);
            await().atMost(Duration.ofSeconds(20))
                    .ignoreExceptions()
                    .until(() -> {
                        client.connect();
                        return true;
                    });

            devices("rotate", "gateway-1", "--overlap=0s", "--out=" + credentials());
            await().atMost(Duration.ofSeconds(20)).until(() -> !client.getState().isConnected());
            assertRefused(client(server, of("gateway-1.previous")));
            Mqtt5BlockingClient renewed = client(server, of("gateway-1"));
            renewed.connect();

            devices("revoke", "gateway-1");
            await().atMost(Duration.ofSeconds(20)).until(() -> !renewed.getState().isConnected());
            assertRefused(client(server, of("gateway-1")));
        }
    }

    private static void assertRefused(Mqtt5BlockingClient client) {
        assertThatThrownBy(client::connect)
                .isInstanceOf(Mqtt5ConnAckException.class)
                .hasMessageContaining("NOT_AUTHORIZED");
    }

    private RunningServer server() {
        return RunningServer.start(
                ServerConfig.sources()
                        .anyPorts()
                        .flag("data", data().toString())
                        .flag("retention.free-disk-bytes-min", "0")
                        .load(),
                new PrintWriter(new StringWriter()));
    }

    private static Mqtt5BlockingClient client(RunningServer server, Credentials credentials)
            throws Exception {
        InetSocketAddress address = server.address("mqtts");
        return MqttClient.builder()
                .useMqttVersion5()
                .identifier("gateway-1")
                .serverHost("127.0.0.1")
                .serverPort(address.getPort())
                .sslConfig(
                        MqttClientSslConfig.builder()
                                .handshakeTimeout(10, TimeUnit.SECONDS)
                                .keyManagerFactory(
                                        ClientKeys.own(
                                                credentials.certificate(),
                                                credentials.privateKey()))
                                .trustManagerFactory(ClientKeys.trusting(credentials.rootCa()))
                                .build())
                .buildBlocking();
    }
}
