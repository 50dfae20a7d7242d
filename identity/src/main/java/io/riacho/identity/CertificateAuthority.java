package io.riacho.identity;

import io.riacho.disk.Disk;
import io.riacho.identity.tls.TlsContexts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Riacho's own authority: a key on P-256 and a certificate, and what it signs. A server that only finds
/// what was signed before loads nothing of [CertificateStructures].
final class CertificateAuthority {

    private static final Duration OWN_VALIDITY = Duration.ofDays(20 * 365L);

    /// Clocks in the field are late sometimes.
    private static final Duration BACKDATED = Duration.ofHours(1);

    private static final String SIGNATURE = "SHA256withECDSA";

    private final X509Certificate certificate;
    private final @Nullable PrivateKey key;
    private final Path directory;

    private CertificateAuthority(
            X509Certificate certificate, @Nullable PrivateKey key, Path directory) {
        this.certificate = certificate;
        this.key = key;
        this.directory = directory;
    }

    static Path certificateFile(Path directory) {
        return directory.resolve("ca.pem");
    }

    private static Path keyFile(Path directory) {
        return directory.resolve("ca.key");
    }

    /// The authority of a directory, or null when none was made yet. Its key may be kept elsewhere:
    /// then nothing can be signed.
    static @Nullable CertificateAuthority find(Path directory) throws IOException {
        if (!Files.exists(certificateFile(directory))) {
            return null;
        }
        X509Certificate certificate =
                TlsContexts.certificates(certificateFile(directory), "certificate of the authority")
                        .getFirst();
        return new CertificateAuthority(certificate, readKey(keyFile(directory)), directory);
    }

    /// The authority of a directory, made now when there is none. The caller holds the registry's
    /// lock.
    static CertificateAuthority findOrMake(Disk disk, Path directory, Instant now)
            throws IOException {
        CertificateAuthority found = find(directory);
        return found == null ? make(disk, directory, now) : found;
    }

    private static CertificateAuthority make(Disk disk, Path directory, Instant now)
            throws IOException {
        KeyPair keys = newKeys();
        byte[] mark = new byte[4];
        new SecureRandom().nextBytes(mark);
        try {
            Instant begin = now.minus(BACKDATED);
            // Two authorities never have one name, so nobody looks for a signer in the wrong one.
            X509Certificate certificate =
                    CertificateStructures.authority(
                            "Riacho devices " + HexFormat.of().formatHex(mark),
                            keys,
                            begin,
                            begin.plus(OWN_VALIDITY));
            // The certificate last: while it is not there, there is no authority.
            PrivateFiles.replace(disk, keyFile(directory), Pem.of(keys.getPrivate()));
            PrivateFiles.replace(
                    disk,
                    certificateFile(directory),
                    Pem.of(certificate).getBytes(StandardCharsets.US_ASCII));
            return new CertificateAuthority(certificate, keys.getPrivate(), directory);
        } catch (GeneralSecurityException e) {
            throw new IdentityException("making the authority failed: " + e.getMessage(), e);
        }
    }

    X509Certificate certificate() {
        return certificate;
    }

    /// Whether this authority signed a certificate.
    boolean signed(X509Certificate other) {
        if (!other.getIssuerX500Principal().equals(certificate.getSubjectX500Principal())) {
            return false;
        }
        try {
            other.verify(certificate.getPublicKey());
            return true;
        } catch (GeneralSecurityException _) {
            return false;
        }
    }

    /// A device's certificate: for client authentication, CN is the name.
    X509Certificate signDevice(String name, PublicKey holder, Instant now, Duration validity)
            throws IOException {
        return sign(name, holder, now, validity, List.of());
    }

    /// This server's certificate.
    ///
    /// @param names DNS names and IP addresses, at least one
    X509Certificate signServer(
            Collection<String> names, PublicKey holder, Instant now, Duration validity)
            throws IOException {
        return sign("localhost", holder, now, validity, names);
    }

    /// @param serverNames none: for a client
    private X509Certificate sign(
            String subject,
            PublicKey holder,
            Instant now,
            Duration validity,
            Collection<String> serverNames)
            throws IOException {
        if (key == null) {
            throw new IdentityException(
                    "the authority's key "
                            + keyFile(directory)
                            + " is not here, so nothing can be signed; put it back for as long as"
                            + " it is needed");
        }
        Instant end = now.plus(validity);
        Instant authorityEnd = certificate.getNotAfter().toInstant();
        if (!now.isBefore(authorityEnd)) {
            throw new IdentityException(
                    "the authority " + certificateFile(directory) + " expired at " + authorityEnd);
        }
        try {
            return CertificateStructures.holder(
                    certificate,
                    key,
                    subject,
                    holder,
                    serverNames,
                    now.minus(BACKDATED).truncatedTo(ChronoUnit.SECONDS),
                    end.isBefore(authorityEnd) ? end : authorityEnd);
        } catch (GeneralSecurityException e) {
            throw new IdentityException("signing for " + subject + " failed: " + e, e);
        }
    }

    /// A key pair on P-256: what small devices compute fastest.
    static KeyPair newKeys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(256);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no elliptic curves", e);
        }
    }

    /// Whether a file holds the key of a certificate.
    static boolean fits(Path keyFile, X509Certificate certificate) throws IOException {
        PrivateKey key = readKey(keyFile);
        if (key == null) {
            return false;
        }
        try {
            byte[] text = certificate.getEncoded();
            Signature signing = Signature.getInstance(SIGNATURE);
            signing.initSign(key);
            signing.update(text);
            byte[] signature = signing.sign();
            signing.initVerify(certificate.getPublicKey());
            signing.update(text);
            return signing.verify(signature);
        } catch (GeneralSecurityException _) {
            return false;
        }
    }

    private static @Nullable PrivateKey readKey(Path file) throws IOException {
        try {
            String base64 = Files.readString(file).replaceAll("-----[A-Z ]+-----|\\s", "");
            return KeyFactory.getInstance("EC")
                    .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
        } catch (NoSuchFileException _) {
            return null;
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IdentityException(
                    "the key " + file + " is no EC key in PEM; restore it from a backup", e);
        }
    }
}
