package io.riacho.testkit;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/// A certificate authority of a test, which signs what the test needs and writes it as PEM files.
public final class TestCertificates {

    private final Path folder;
    private final X509Bundle authority;

    /// @param folder where the files go
    public TestCertificates(Path folder) throws Exception {
        this.folder = folder;
        authority =
                new CertificateBuilder()
                        .subject("CN=Test authority")
                        .setIsCertificateAuthority(true)
                        .buildSelfSigned();
        Files.writeString(folder.resolve("ca.pem"), authority.getCertificatePEM());
    }

    /// The authority's certificate.
    public Path authority() {
        return folder.resolve("ca.pem");
    }

    /// Signs a certificate for `localhost` and 127.0.0.1; its files are `NAME.pem` and `NAME.key`.
    public X509Bundle sign(String name) throws Exception {
        return write(name, builder(name).buildIssuedBy(authority));
    }

    /// As [#sign], but it expired yesterday.
    public X509Bundle signExpired(String name) throws Exception {
        Instant now = Instant.now();
        return write(
                name,
                builder(name)
                        .notBefore(now.minus(Duration.ofDays(9)))
                        .notAfter(now.minus(Duration.ofDays(1)))
                        .buildIssuedBy(authority));
    }

    /// Signs a list of the certificates that it has signed last for these names.
    ///
    /// @return its file, PEM
    public Path revoke(String... names) throws Exception {
        JcaX509v2CRLBuilder list =
                new JcaX509v2CRLBuilder(
                        authority.getCertificate(), Date.from(Instant.now().minusSeconds(60)));
        list.setNextUpdate(Date.from(Instant.now().plus(Duration.ofDays(7))));
        for (String name : names) {
            list.addCRLEntry(
                    read(certificate(name)).getSerialNumber(),
                    Date.from(Instant.now()),
                    CRLReason.keyCompromise);
        }
        StringWriter pem = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(pem)) {
            writer.writeObject(
                    list.build(
                            new JcaContentSignerBuilder("SHA256withECDSA")
                                    .build(authority.getKeyPair().getPrivate())));
        }
        Path next = Files.writeString(folder.resolve("crl.next"), pem.toString());
        return Files.move(next, folder.resolve("crl.pem"), StandardCopyOption.REPLACE_EXISTING);
    }

    public Path certificate(String name) {
        return folder.resolve(name + ".pem");
    }

    public Path key(String name) {
        return folder.resolve(name + ".key");
    }

    private static CertificateBuilder builder(String name) {
        return new CertificateBuilder()
                .subject("CN=" + name)
                .addSanDnsName("localhost")
                .addSanIpAddress("127.0.0.1");
    }

    private X509Bundle write(String name, X509Bundle bundle) throws IOException {
        Files.writeString(certificate(name), bundle.getCertificatePathPEM());
        Files.writeString(key(name), bundle.getPrivateKeyPEM());
        return bundle;
    }

    private static X509Certificate read(Path pem) throws Exception {
        try (InputStream in = Files.newInputStream(pem)) {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }
}
