package io.riacho.identity.tls;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Files that make a server's identity, and whether clients must show theirs.
///
/// @param certificate the server's chain, PEM, its own certificate first
/// @param key its private key, PEM (PKCS#8), not encrypted
/// @param clientCas files of the authorities that sign clients' certificates, PEM
/// @param clientAuth whether clients show a certificate; anything but `NONE` needs `clientCas`
public record TlsOptions(Path certificate, Path key, List<Path> clientCas, ClientAuth clientAuth) {

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
        clientCas = List.copyOf(clientCas);
        if (clientAuth != ClientAuth.NONE && clientCas.isEmpty()) {
            throw new IllegalArgumentException(
                    "clients' certificates are asked for, but no client-ca says who signs them");
        }
    }

    /// Clients must show a certificate when there is an authority to check it by.
    public static TlsOptions of(Path certificate, Path key, @Nullable Path clientCa) {
        return new TlsOptions(
                certificate,
                key,
                clientCa == null ? List.of() : List.of(clientCa),
                clientCa == null ? ClientAuth.NONE : ClientAuth.REQUIRED);
    }
}
