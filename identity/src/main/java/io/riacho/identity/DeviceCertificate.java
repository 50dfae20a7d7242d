package io.riacho.identity;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// A certificate that a device may show. Times are whole seconds.
///
/// @param fingerprint SHA-256 of its DER encoding, hexadecimal
/// @param serial hexadecimal
/// @param refusedFrom from when on it does not count though it has not expired, since another
///     replaced it; null: never
public record DeviceCertificate(
        String fingerprint,
        String serial,
        Instant notBefore,
        Instant notAfter,
        @Nullable Instant refusedFrom) {

    private static final int FINGERPRINT_CHARS = 64;

    public DeviceCertificate {
        if (fingerprint.length() != FINGERPRINT_CHARS) {
            throw new IllegalArgumentException("'" + fingerprint + "' is no SHA-256 fingerprint");
        }
        if (serial.isEmpty() || serial.length() > FINGERPRINT_CHARS) {
            throw new IllegalArgumentException("'" + serial + "' is no serial number");
        }
    }

    static DeviceCertificate of(X509Certificate certificate) {
        return new DeviceCertificate(
                fingerprint(certificate),
                certificate.getSerialNumber().toString(16),
                certificate.getNotBefore().toInstant().truncatedTo(ChronoUnit.SECONDS),
                certificate.getNotAfter().toInstant().truncatedTo(ChronoUnit.SECONDS),
                null);
    }

    static String fingerprint(X509Certificate certificate) {
        try {
            return HexFormat.of()
                    .formatHex(
                            MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded()));
        } catch (NoSuchAlgorithmException | CertificateEncodingException e) {
            throw new IllegalStateException("a certificate that TLS verified has no digest", e);
        }
    }

    DeviceCertificate refusedFrom(Instant time) {
        Instant whole = time.truncatedTo(ChronoUnit.SECONDS);
        return refusedFrom != null && refusedFrom.isBefore(whole)
                ? this
                : new DeviceCertificate(fingerprint, serial, notBefore, notAfter, whole);
    }

    /// When it ends: by its date, or sooner because it was replaced.
    public Instant end() {
        return refusedFrom != null && refusedFrom.isBefore(notAfter) ? refusedFrom : notAfter;
    }

    boolean countsAt(Instant now) {
        return !now.isBefore(notBefore) && now.isBefore(end());
    }
}
