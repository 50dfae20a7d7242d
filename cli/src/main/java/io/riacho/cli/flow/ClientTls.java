package io.riacho.cli.flow;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// How a client proves whom it talks to, and who it is.
///
/// @param authorities PEM file of the authorities that may have signed the server's certificate;
///     null: those of the Java runtime
/// @param certificate PEM file of the client's certificate chain, or null
/// @param key PEM file of its key (PKCS#8), or null
public record ClientTls(
        @Nullable Path authorities, @Nullable Path certificate, @Nullable Path key) {

    public ClientTls {
        if ((certificate == null) != (key == null)) {
            throw new IllegalArgumentException(
                    "a client certificate and its key are given together");
        }
    }
}
