package io.riacho.cli.common;

import io.riacho.client.ClientTls;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options of every command that calls a service over TLS.
public final class TlsFlags {

    @Option(names = "--tls", description = "Use TLS, with the authorities that Java trusts.")
    private boolean tls;

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description = "Use TLS; PEM file of the authorities that may sign the server.")
    private @Nullable Path authorities;

    @Option(
            names = "--cert",
            paramLabel = "FILE",
            description = "Use TLS; PEM file of the client's own certificate.")
    private @Nullable Path certificate;

    @Option(
            names = "--key",
            paramLabel = "FILE",
            description = "PEM file of that certificate's key (PKCS#8).")
    private @Nullable Path key;

    /// What to say when TLS with a server fails.
    static String failed(String server, IOException e) {
        return "TLS with "
                + server
                + " failed: "
                + e.getMessage()
                + " (--ca names who signed the server's certificate; --cert and --key are yours, where"
                + " the server asks for one)";
    }

    /// Null: plain text.
    public @Nullable ClientTls tls() {
        if (!tls && authorities == null && certificate == null && key == null) {
            return null;
        }
        try {
            return new ClientTls(authorities, certificate, key);
        } catch (IllegalArgumentException e) {
            throw new CommandFailedException(Exit.USAGE, String.valueOf(e.getMessage()));
        }
    }
}
