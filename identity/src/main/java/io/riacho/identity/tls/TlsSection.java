package io.riacho.identity.tls;

import io.riacho.config.Findings;
import io.riacho.config.Setting;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The section `tls` of the configuration: TLS for every door.
public record TlsSection(
        @Setting(value = "none", doc = "The server's certificate chain, PEM. Needs key as well.")
                @Nullable Path certificate,
        @Setting(value = "none", doc = "Its private key, PEM (PKCS#8), not encrypted.")
                @Nullable Path key,
        @Setting(
                        value = "none",
                        doc =
                                "Certificate authorities, PEM. With it every client must show a"
                                        + " certificate that one of them signed.")
                @Nullable Path clientCa) {

    /// Whether doors speak TLS.
    public boolean enabled() {
        return certificate != null;
    }

    /// What the doors' contexts are made of; null: plain text. Clients must show a certificate when
    /// there is an authority to check it by.
    public @Nullable TlsOptions options() {
        return certificate == null || key == null
                ? null
                : TlsOptions.of(certificate, key, clientCa);
    }

    /// Tells what is wrong within the section.
    public void check(Findings findings) {
        if ((certificate == null) != (key == null)) {
            String given = key == null ? "tls.certificate" : "tls.key";
            String missing = key == null ? "tls.key" : "tls.certificate";
            findings.problem(given, "needs '" + missing + "' as well");
        }
        if (clientCa != null && !enabled()) {
            findings.problem("tls.client-ca", "needs 'tls.certificate' and 'tls.key' as well");
        }
    }
}
