package io.riacho.identity;

import io.riacho.config.ConfigSources;
import io.riacho.config.Findings;
import io.riacho.config.Setting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The section `identity` of the configuration: where identities are kept, and how they are made.
public record IdentityOptions(
        @Setting(
                        value = "none",
                        doc =
                                "Where the authority's key, the registry of devices and the"
                                        + " server's certificate for them are. none: 'identity'"
                                        + " in the data directory.")
                @Nullable Path directory,
        @Setting(
                        value = "",
                        doc =
                                "DNS names and IP addresses by which devices reach this server,"
                                        + " besides localhost, the host's name and where it"
                                        + " listens. They are in the certificate that Riacho's"
                                        + " own authority signs for it.")
                List<String> serverNames,
        @Setting(
                        value = "730d",
                        min = 60_000,
                        max = 315_360_000_000L,
                        doc = "How long the certificate of a device counts.")
                Duration certificateValidity,
        @Setting(
                        value = "none",
                        doc =
                                "PEM file that devices are given to check the server by. none:"
                                        + " Riacho's own authority. Needed when"
                                        + " tls.certificate is another's.")
                @Nullable Path rootCa,
        @Setting(
                        value = "none",
                        doc =
                                "PEM file of authorities whose certificates register themselves"
                                        + " as devices when they first connect.")
                @Nullable Path trustedCa,
        @Setting(
                        value = "none",
                        doc =
                                "File of the revocation lists (CRL, PEM or DER) of these"
                                        + " authorities; read again when it changes. Who is in"
                                        + " one is disconnected and refused.")
                @Nullable Path trustedCrl,
        @Setting(
                        value = "gateway",
                        doc =
                                "What those become that register themselves: gateway, compute"
                                        + " or operator.")
                String jitRole,
        @Setting(
                        value = "1000",
                        min = 1,
                        max = IdentityOptions.JIT_DEVICES_MAX,
                        doc = "How many may register themselves; a further one is refused.")
                int jitDevicesMax) {

    /// Each registration writes the whole registry.
    static final int JIT_DEVICES_MAX = 10_000;

    private static final Pattern SERVER_NAME =
            Pattern.compile("[A-Za-z0-9*]([A-Za-z0-9.-]{0,252})|[0-9a-fA-F:]*:[0-9a-fA-F:.]*");

    /// Just-in-time registration, where there is any.
    ///
    /// @param authorities PEM
    /// @param crl what these authorities have revoked, PEM or DER; null: nothing
    /// @param role what those who register themselves become
    /// @param devicesMax how many may; a further one is refused
    public record Trusted(Path authorities, @Nullable Path crl, Role role, int devicesMax) {

        public Trusted {
            if (role == Role.LOCAL || devicesMax < 1) {
                throw new IllegalArgumentException(
                        "who registers itself needs a device's role, and room for one");
            }
        }
    }

    public IdentityOptions {
        serverNames = List.copyOf(serverNames);
    }

    /// The defaults, with some settings changed.
    ///
    /// @param settings by key, as in the file
    public static IdentityOptions with(Map<String, String> settings) {
        return ConfigSources.section(IdentityOptions.class, settings);
    }

    /// Where identities are.
    ///
    /// @param data the server's data directory
    public Path directory(Path data) {
        return directory == null ? data.resolve("identity") : directory;
    }

    /// Whose certificates register themselves; null: nobody's.
    @Nullable Trusted trusted() {
        return trustedCa == null
                ? null
                : new Trusted(trustedCa, trustedCrl, Role.ofDevice(jitRole), jitDevicesMax);
    }

    /// Tells what is wrong within the section.
    public void check(Findings findings) {
        try {
            Role.ofDevice(jitRole);
        } catch (IllegalArgumentException e) {
            findings.problem("identity.jit-role", String.valueOf(e.getMessage()));
        }
        if (trustedCrl != null && trustedCa == null) {
            findings.problem("identity.trusted-crl", "needs 'identity.trusted-ca' as well");
        }
        for (String name : serverNames) {
            if (!SERVER_NAME.matcher(name).matches()) {
                findings.problem(
                        "identity.server-names",
                        "'" + name + "' is neither a DNS name nor an IP address");
            }
        }
    }
}
