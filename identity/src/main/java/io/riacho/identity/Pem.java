package io.riacho.identity;

import java.nio.charset.StandardCharsets;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.Base64;

/// PEM text (RFC 7468).
final class Pem {

    private static final int LINE_CHARS = 64;

    private Pem() {}

    static String of(X509Certificate certificate) {
        try {
            return armoured("CERTIFICATE", certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IllegalStateException("a certificate without an encoding", e);
        }
    }

    /// PKCS#8, not encrypted: for a [PrivateFiles] file only.
    static byte[] of(PrivateKey key) {
        return armoured("PRIVATE KEY", key.getEncoded()).getBytes(StandardCharsets.US_ASCII);
    }

    private static String armoured(String label, byte[] content) {
        String base64 =
                Base64.getMimeEncoder(LINE_CHARS, new byte[] {'\n'}).encodeToString(content);
        return "-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n";
    }
}
