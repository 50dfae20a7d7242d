package io.riacho.identity;

import io.riacho.disk.Disk;
import io.riacho.identity.tls.TlsContexts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The certificate that Riacho's own authority signs for this server, where none is configured. It is
/// made again in time before it ends, and when the server gets another name.
final class ServerCertificate {

    private static final Logger LOG = LoggerFactory.getLogger(ServerCertificate.class);

    /// Short, since renewing it costs nobody anything: devices trust the authority.
    private static final Duration VALIDITY = Duration.ofDays(365);

    private static final Duration RENEWED_BEFORE_END = Duration.ofDays(90);

    private final Disk disk;
    private final Path directory;
    private final RegistryFile lock;
    private final Supplier<SequencedSet<String>> names;

    /// @param names by which the server is reached; asked each time
    ServerCertificate(
            Disk disk, Path directory, RegistryFile lock, Supplier<SequencedSet<String>> names) {
        this.disk = disk;
        this.directory = directory;
        this.lock = lock;
        this.names = names;
    }

    Path certificateFile() {
        return directory.resolve("server.pem");
    }

    Path keyFile() {
        return directory.resolve("server.key");
    }

    /// Makes it, and the authority if there is none yet, unless the one that there is will do.
    void prepare(Instant now) throws IOException {
        SequencedSet<String> wanted = names.get();
        CertificateAuthority found = CertificateAuthority.find(directory);
        if (found != null && willDo(found, wanted, now.plus(RENEWED_BEFORE_END))) {
            return;
        }
        try {
            make(wanted, now);
        } catch (IdentityException e) {
            if (found == null || !willDo(found, Set.of(), now)) {
                throw e;
            }
            LOG.warn("The server's certificate is not renewed yet: {}", e.getMessage());
        }
    }

    private void make(SequencedSet<String> wanted, Instant now) throws IOException {
        lock.change(registry -> {
            CertificateAuthority authority = CertificateAuthority.findOrMake(disk, directory, now);
            KeyPair keys = CertificateAuthority.newKeys();
            X509Certificate certificate =
                    authority.signServer(wanted, keys.getPublic(), now, VALIDITY);
            // A crash in between leaves a key that does not fit: then both are made again.
            PrivateFiles.replace(disk, keyFile(), Pem.of(keys.getPrivate()));
            PrivateFiles.replace(
                    disk,
                    certificateFile(),
                    Pem.of(certificate).getBytes(StandardCharsets.US_ASCII));
            return registry;
        });
        LOG.info("Made the server's certificate for {}", wanted);
    }

    private boolean willDo(CertificateAuthority authority, Set<String> wanted, Instant then)
            throws IOException {
        if (!Files.exists(certificateFile()) || !Files.exists(keyFile())) {
            return false;
        }
        X509Certificate certificate =
                TlsContexts.certificates(certificateFile(), "server's certificate").getFirst();
        return authority.signed(certificate)
                && then.isBefore(certificate.getNotAfter().toInstant())
                && alternatives(certificate).containsAll(wanted)
                && CertificateAuthority.fits(keyFile(), certificate);
    }

    private static Set<String> alternatives(X509Certificate certificate) {
        Set<String> found = new HashSet<>();
        try {
            Collection<List<?>> all = certificate.getSubjectAlternativeNames();
            if (all != null) {
                all.forEach(each -> found.add(String.valueOf(each.get(1))));
            }
        } catch (CertificateParsingException e) {
            LOG.debug("No names can be read", e);
        }
        return found;
    }
}
