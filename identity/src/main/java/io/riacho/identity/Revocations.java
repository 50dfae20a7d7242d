package io.riacho.identity;

import io.riacho.identity.tls.TlsContexts;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.CRL;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509CRLEntry;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import javax.security.auth.x500.X500Principal;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The certificates that the operator's authorities revoked: `identity.trusted-crl` (RFC 5280, section 5),
/// read again when the file changes. A list counts for as long as it is there, also past its next update,
/// which is logged: a publisher that fails must neither let the revoked in nor keep the others out.
/// [#refresh] and [#forget] belong to one thread at a time, everything else may be called by any.
final class Revocations {

    private static final Logger LOG = LoggerFactory.getLogger(Revocations.class);

    /// Why somebody is refused.
    static final String REASON = "its authority has revoked this certificate";

    /// Some 400,000 entries; a larger file is refused.
    private static final long FILE_BYTES_MAX = 16L << 20;

    private final @Nullable Path file;
    private final Path authorities;
    private @Nullable FileStamp stamp;
    private volatile Set<Serial> revoked = Set.of();

    /// Of those who connected, by the fingerprint of what they showed. No more than the registry holds.
    private final Map<String, List<Serial>> shown = new ConcurrentHashMap<>();

    /// @param trusted null: nothing is ever revoked
    Revocations(IdentityOptions.@Nullable Trusted trusted) {
        this.file = trusted == null ? null : trusted.crl();
        this.authorities = trusted == null ? Path.of("") : trusted.authorities();
    }

    /// Reads the file if it is another one than last time.
    ///
    /// @throws IOException when it cannot be read, is no list, or no trusted authority signed it; then
    ///     what was known stays
    void refresh(Instant now) throws IOException {
        if (file == null) {
            return;
        }
        FileStamp found = FileStamp.of(file);
        if (found.equals(stamp)) {
            return;
        }
        List<X509Certificate> trusted =
                TlsContexts.certificates(authorities, "identity.trusted-ca");
        Set<Serial> read = new HashSet<>();
        for (X509CRL each : lists(file)) {
            if (!isSigned(each, trusted)) {
                throw new IOException(
                        "identity.trusted-crl "
                                + file
                                + ": no authority in identity.trusted-ca signed the list of "
                                + each.getIssuerX500Principal());
            }
            Date next = each.getNextUpdate();
            if (next != null && next.toInstant().isBefore(now)) {
                LOG.warn(
                        "{}: the list of {} was to be replaced by {}; it still counts",
                        file,
                        each.getIssuerX500Principal(),
                        next.toInstant());
            }
            read.addAll(entries(each));
        }
        revoked = Set.copyOf(read);
        stamp = found;
        LOG.info("{} revokes {} certificates", file, read.size());
    }

    /// Whether one of a chain is revoked.
    boolean revokes(List<X509Certificate> chain) {
        return file != null && isRevoked(Serial.of(chain));
    }

    /// Whether one of the chain is revoked by now that was [shown][#noteShown] with this certificate.
    boolean revokes(String fingerprint) {
        return isRevoked(shown.getOrDefault(fingerprint, List.of()));
    }

    private boolean isRevoked(List<Serial> serials) {
        return serials.stream().anyMatch(revoked::contains);
    }

    /// The holder of a chain has connected.
    void noteShown(String fingerprint, List<X509Certificate> chain) {
        if (file != null) {
            shown.put(fingerprint, Serial.of(chain));
        }
    }

    /// Forgets chains whose first certificate is no longer known.
    void forget(Predicate<String> unknown) {
        shown.keySet().removeIf(unknown);
    }

    /// An entry may name another issuer than the list's; it then holds for those after it (RFC 5280,
    /// section 5.3.3), which Java has resolved.
    private static Set<Serial> entries(X509CRL list) {
        Set<Serial> found = new HashSet<>();
        Set<? extends X509CRLEntry> entries = list.getRevokedCertificates();
        if (entries != null) {
            for (X509CRLEntry each : entries) {
                X500Principal issuer = each.getCertificateIssuer();
                found.add(
                        new Serial(
                                issuer == null ? list.getIssuerX500Principal() : issuer,
                                each.getSerialNumber()));
            }
        }
        return found;
    }

    private static boolean isSigned(X509CRL list, List<X509Certificate> by) {
        for (X509Certificate each : by) {
            if (each.getSubjectX500Principal().equals(list.getIssuerX500Principal())) {
                try {
                    list.verify(each.getPublicKey());
                    return true;
                } catch (GeneralSecurityException e) {
                    LOG.debug("Another one of that name", e);
                }
            }
        }
        return false;
    }

    private static List<X509CRL> lists(Path file) throws IOException {
        List<X509CRL> found = new ArrayList<>();
        try {
            long size = Files.size(file);
            if (size > FILE_BYTES_MAX) {
                throw new IOException(
                        "identity.trusted-crl "
                                + file
                                + " has "
                                + size
                                + " bytes, more than "
                                + FILE_BYTES_MAX);
            }
            for (CRL each :
                    CertificateFactory.getInstance("X.509")
                            .generateCRLs(new ByteArrayInputStream(Files.readAllBytes(file)))) {
                if (each instanceof X509CRL list) {
                    found.add(list);
                }
            }
        } catch (NoSuchFileException e) {
            throw new IOException("identity.trusted-crl " + file + " does not exist", e);
        } catch (CRLException | CertificateException e) {
            throw noLists(file, e);
        }
        if (found.isEmpty()) {
            throw noLists(file, new CRLException("there is none in it"));
        }
        return found;
    }

    private static IOException noLists(Path file, GeneralSecurityException e) {
        return new IOException(
                "identity.trusted-crl "
                        + file
                        + " holds no X.509 revocation list, PEM or DER: "
                        + e.getMessage(),
                e);
    }
}
