package io.riacho.server.tls;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Which files make a server's identity, and whether clients must show theirs.
///
/// @param certificate the server's chain, PEM, its own certificate first
/// @param key its private key, PEM (PKCS#8), not encrypted
/// @param clientCa the authorities that sign clients' certificates, PEM, or null for none
/// @param clientAuth whether clients show a certificate; anything but `NONE` needs `clientCa`
public record TlsOptions(
        Path certificate, Path key, @Nullable Path clientCa, ClientAuth clientAuth) {

    /// What is asked of clients.
    public enum ClientAuth {
        /// Nothing.
        NONE,
        /// A certificate is checked when there is one.
        OPTIONAL,
        /// No connection without a certificate that one of the authorities signed.
        REQUIRED
    }

    public TlsOptions {
        if (clientAuth != ClientAuth.NONE && clientCa == null) {
            throw new IllegalArgumentException(
                    "clients' certificates are asked for, but no client-ca says who signs them");
        }
    }

    /// Clients must show a certificate when there is an authority to check it by.
    public static TlsOptions of(Path certificate, Path key, @Nullable Path clientCa) {
        return new TlsOptions(
                certificate,
                key,
                clientCa,
                clientCa == null ? ClientAuth.NONE : ClientAuth.REQUIRED);
    }
}
