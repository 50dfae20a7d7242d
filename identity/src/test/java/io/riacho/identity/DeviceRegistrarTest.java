package io.riacho.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.riacho.disk.RealDisk;
import io.riacho.identity.tls.CommonName;
import io.riacho.identity.tls.TlsContexts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Issuing, rotating and revoking, on a real directory.
class DeviceRegistrarTest {

    private static final DeviceRegistrar.Rights GATEWAY =
            new DeviceRegistrar.Rights(Role.GATEWAY, List.of("field-*"), List.of());

    private static final Duration DAY = Duration.ofDays(1);

    @TempDir Path folder;

    private Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    private final IdentityOptions options = IdentityOptions.with(Map.of());
    private Path directory;
    private DeviceRegistrar devices;
    private Path out;

    @BeforeEach
    void open() {
        directory = folder.resolve("data/identity");
        devices = new DeviceRegistrar(new RealDisk(), directory, options, () -> now);
        out = folder.resolve("credentials");
    }

    private Credentials credentials(String name) {
        return new Credentials(out.resolve(name));
    }

    private static X509Certificate certificate(Path file) throws IOException {
        return TlsContexts.certificates(file, "certificate").getFirst();
    }

    @Test
    void whatIsIssuedChainsToTheAuthorityAndBearsTheName() throws Exception {
        devices.add(List.of("gateway-1"), GATEWAY, out);

        Credentials credentials = credentials("gateway-1");
        X509Certificate certificate = certificate(credentials.certificate());
        PKIXParameters parameters =
                new PKIXParameters(
                        Set.of(new TrustAnchor(certificate(credentials.rootCa()), null)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(now));
        CertPathValidator.getInstance("PKIX")
                .validate(
                        CertificateFactory.getInstance("X.509")
                                .generateCertPath(List.of(certificate)),
                        parameters);
        assertThat(CommonName.of(certificate)).isEqualTo("gateway-1");
        assertThat(certificate.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.2");
        assertThat(certificate.getBasicConstraints()).as("no authority").isEqualTo(-1);
        assertThat(certificate.getNotAfter().toInstant())
                .isEqualTo(now.plus(options.certificateValidity()));
        assertThat(CertificateAuthority.fits(credentials.privateKey(), certificate)).isTrue();
        assertThat(credentials.thingName()).hasContent("gateway-1\n");
        RegisteredDevice device = devices.get("gateway-1");
        assertThat(device.role()).isEqualTo(Role.GATEWAY);
        assertThat(device.sensors()).containsExactly("field-*");
        assertThat(device.current().fingerprint())
                .isEqualTo(DeviceCertificate.fingerprint(certificate));
    }

    @Test
    void nobodyElseMayReadWhatIsSecret() throws Exception {
        devices.add(List.of("gateway-1"), GATEWAY, out);

        try (Stream<Path> kept = Files.walk(directory);
                Stream<Path> given = Files.walk(out.resolve("gateway-1"))) {
            assertThat(Stream.concat(kept, given))
                    .hasSizeGreaterThan(8)
                    .allSatisfy(path ->
                            assertThat(
                                            PosixFilePermissions.toString(
                                                    Files.getPosixFilePermissions(path)))
                                    .as(path.toString())
                                    .isEqualTo(
                                            Files.isDirectory(path) ? "rwx------" : "rw-------"));
        }
    }

    @Test
    void aBatchIsIssuedWholeOrNotAtAll() throws Exception {
        devices.add(List.of("g-2"), GATEWAY, out);

        assertThatThrownBy(() -> devices.add(List.of("g-1", "g-2", "g-3"), GATEWAY, out))
                .isInstanceOf(IdentityException.class)
                .hasMessageContaining("g-2 is registered already");

        assertThat(devices.read().devices()).hasSize(1);
        assertThat(out.resolve("g-1")).doesNotExist();
        assertThat(devices.add(List.of("g-1", "g-3"), GATEWAY, out)).hasSize(2);
    }

    @Test
    void foldersThatExistAreNotWrittenOver() throws Exception {
        Files.createDirectories(out.resolve("gateway-1"));

        assertThatThrownBy(() -> devices.add(List.of("gateway-1"), GATEWAY, out))
                .isInstanceOf(IdentityException.class)
                .hasMessageContaining("--out");
        assertThat(devices.read().devices()).isEmpty();
        assertThat(out.resolve("gateway-1")).isEmptyDirectory();
    }

    @Test
    void rotatedDeviceHasTwoCertificatesUntilTheOverlapEnds() throws Exception {
        devices.add(List.of("gateway-1"), GATEWAY, out);
        String first = devices.get("gateway-1").current().fingerprint();

        devices.rotate("gateway-1", DAY, out);

        RegisteredDevice device = devices.get("gateway-1");
        String second = device.current().fingerprint();
        assertThat(second).isNotEqualTo(first);
        assertThat(second)
                .isEqualTo(
                        DeviceCertificate.fingerprint(
                                certificate(credentials("gateway-1").certificate())));
        assertThat(first)
                .isEqualTo(
                        DeviceCertificate.fingerprint(
                                certificate(credentials("gateway-1.previous").certificate())));
        KnownDevices known = new KnownDevices(new RegistryFile(new RealDisk(), directory));
        assertThat(known.status(first, now)).isInstanceOf(CertificateStatus.Known.class);
        assertThat(known.status(second, now)).isInstanceOf(CertificateStatus.Known.class);
        assertThat(known.status(first, now.plus(DAY)))
                .isInstanceOf(CertificateStatus.Refused.class);
        assertThat(known.status(second, now.plus(DAY))).isInstanceOf(CertificateStatus.Known.class);
        assertThat(known.status(second, device.current().notAfter()))
                .isInstanceOf(CertificateStatus.Refused.class);
    }

    @Test
    void rotatingOverAndOverKeepsTheNewestCertificates() throws Exception {
        devices.add(List.of("gateway-1"), GATEWAY, out);
        String first = devices.get("gateway-1").current().fingerprint();
        for (int i = 0; i < RegisteredDevice.CERTIFICATES_MAX; i++) {
            devices.rotate("gateway-1", DAY, out);
        }

        assertThat(devices.get("gateway-1").certificates())
                .hasSize(RegisteredDevice.CERTIFICATES_MAX);
        assertThat(devices.read().holderOf(first)).isNull();
    }

    @Test
    void revokedDeviceStaysRevokedAndItsNameTaken() throws Exception {
        devices.add(List.of("gateway-1"), GATEWAY, out);
        devices.revoke("gateway-1");
        now = now.plus(DAY);

        assertThat(devices.revoke("gateway-1").revokedAt()).isEqualTo(now.minus(DAY));
        assertThatThrownBy(() -> devices.rotate("gateway-1", DAY, out))
                .hasMessageContaining("was revoked");
        assertThatThrownBy(() -> devices.add(List.of("gateway-1"), GATEWAY, out))
                .hasMessageContaining("was revoked");
        assertThatThrownBy(() -> devices.revoke("gateway-2"))
                .isInstanceOf(IdentityException.class)
                .hasMessageContaining("no device is called gateway-2");
    }

    @Test
    void requestIsSignedForItsKeyAndNoKeyIsWritten() throws Exception {
        var keys = CertificateAuthority.newKeys();
        byte[] request =
                new JcaPKCS10CertificationRequestBuilder(
                                new X500Name("CN=somebody else"), keys.getPublic())
                        .build(
                                new JcaContentSignerBuilder("SHA256withECDSA")
                                        .build(keys.getPrivate()))
                        .getEncoded();

        devices.add("gateway-1", GATEWAY, request, out);

        X509Certificate certificate = certificate(credentials("gateway-1").certificate());
        assertThat(certificate.getPublicKey()).isEqualTo(keys.getPublic());
        assertThat(CommonName.of(certificate)).isEqualTo("gateway-1");
        assertThat(credentials("gateway-1").privateKey()).doesNotExist();
    }

    @Test
    void requestWithoutProofOfItsKeyIsRefused() throws Exception {
        var keys = CertificateAuthority.newKeys();
        var others = CertificateAuthority.newKeys();
        byte[] forged =
                new JcaPKCS10CertificationRequestBuilder(
                                new X500Name("CN=gateway-1"), keys.getPublic())
                        .build(
                                new JcaContentSignerBuilder("SHA256withECDSA")
                                        .build(others.getPrivate()))
                        .getEncoded();

        assertThatThrownBy(() -> devices.add("gateway-1", GATEWAY, forged, out))
                .isInstanceOf(IdentityException.class)
                .hasMessageContaining("signature");
        assertThatThrownBy(() -> devices.add("gateway-1", GATEWAY, new byte[] {1, 2}, out))
                .isInstanceOf(IdentityException.class)
                .hasMessageContaining("openssl req -new");
        assertThat(devices.read().devices()).isEmpty();
    }

    @Test
    void changesOfManyAtOnceAllStand() throws Exception {
        ConcurrentLinkedQueue<Exception> failures = new ConcurrentLinkedQueue<>();
        List<Thread> threads =
                IntStream.range(0, 8)
                        .mapToObj(i ->
                                Thread.ofPlatform()
                                        .start(() -> {
                                            try {
                                                devices.add(List.of("g-" + i), GATEWAY, out);
                                            } catch (IOException e) {
                                                failures.add(e);
                                            }
                                        }))
                        .toList();
        for (Thread each : threads) {
            each.join();
        }

        assertThat(failures).isEmpty();
        assertThat(devices.read().devices()).hasSize(8);
        X509Certificate authority = certificate(CertificateAuthority.certificateFile(directory));
        for (int i = 0; i < 8; i++) {
            X509Certificate each = certificate(credentials("g-" + i).certificate());
            each.verify(authority.getPublicKey());
        }
    }

    @Test
    void withoutTheAuthoritysKeyNothingIsSigned() throws Exception {
        devices.add(List.of("gateway-1"), GATEWAY, out);
        Files.delete(directory.resolve("ca.key"));

        assertThatThrownBy(() -> devices.add(List.of("gateway-2"), GATEWAY, out))
                .isInstanceOf(IdentityException.class)
                .hasMessageContaining("ca.key is not here");
        assertThat(devices.revoke("gateway-1").isRevoked()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "../x", "a/b", "-x", "a b", "é", "a\n", "a+b", "a#"})
    void namesThatAreNoNamesAreRefused(String name) {
        assertThatThrownBy(() -> devices.add(List.of(name), GATEWAY, out))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no thing name");
        assertThat(out).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/b", "a+", "#", "a\tb"})
    void globsThatMatchNoIdAreRefused(String glob) {
        DeviceRegistrar.Rights rights =
                new DeviceRegistrar.Rights(Role.GATEWAY, List.of(glob), List.of());

        assertThatThrownBy(() -> devices.add(List.of("gateway-1"), rights, out))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("matches no id");
        assertThat(out.resolve("gateway-1")).doesNotExist();
    }

    @Test
    void onlyGatewaysAreRestricted() {
        assertThatThrownBy(() -> new DeviceRegistrar.Rights(Role.COMPUTE, List.of("a"), List.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new DeviceRegistrar.Rights(Role.OPERATOR, List.of(), List.of("a")))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
