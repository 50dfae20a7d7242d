package io.riacho.identity;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where identities are kept, and how they are made.
///
/// @param directory the authority's key and certificate, the registry, the server's own certificate
/// @param serverNames DNS names and IP addresses by which devices reach this server, besides
///     `localhost`, loopback and the host's name
/// @param certificateValidity how long a device's certificate counts
/// @param rootCa what devices are given to check the server by; null: Riacho's own authority
/// @param trusted whose certificates register themselves; null: nobody's
public record IdentityOptions(
        Path directory,
        List<String> serverNames,
        Duration certificateValidity,
        @Nullable Path rootCa,
        @Nullable Trusted trusted) {

    /// Just-in-time registration.
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
        if (certificateValidity.isNegative() || certificateValidity.isZero()) {
            throw new IllegalArgumentException("certificates that never count");
        }
    }

    /// Two years for a device's certificate, and nobody registers itself.
    public static IdentityOptions in(Path directory) {
        return new IdentityOptions(directory, List.of(), Duration.ofDays(730), null, null);
    }
}
