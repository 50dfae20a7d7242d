package io.riacho.identity;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A device in the registry.
///
/// @param name its thing name: the CN of its certificates, and its MQTT client id
/// @param sensors globs of the sensors that a gateway publishes for; empty: every sensor
/// @param devices globs of the devices and groups whose commands a gateway may hear; empty: every one
/// @param origin who signs its certificates
/// @param registeredAt in whole seconds
/// @param revokedAt null: it is not revoked
/// @param certificates oldest first, at most [#CERTIFICATES_MAX]; the last one is the current one
public record RegisteredDevice(
        String name,
        Role role,
        List<String> sensors,
        List<String> devices,
        Origin origin,
        Instant registeredAt,
        @Nullable Instant revokedAt,
        List<DeviceCertificate> certificates) {

    /// Certificates kept for a device; the oldest go, and are unknown then.
    static final int CERTIFICATES_MAX = 8;

    /// Globs of one kind that a device may have.
    static final int GLOBS_MAX = 64;

    private static final int GLOB_BYTES_MAX = 128;

    /// A CN has at most 64 characters (X.520, ub-common-name), and the name is also a folder's.
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9:._-]{0,63}");

    /// Who signs a device's certificates.
    public enum Origin {
        /// Riacho's own authority.
        OWN,
        /// An authority that the operator trusts; the device registered itself.
        TRUSTED
    }

    public RegisteredDevice {
        checkName(name);
        if (role == Role.LOCAL) {
            throw new IllegalArgumentException("local is no role of a device");
        }
        sensors = globs(sensors);
        devices = globs(devices);
        certificates = List.copyOf(certificates);
        if (certificates.isEmpty() || certificates.size() > CERTIFICATES_MAX) {
            throw new IllegalArgumentException(
                    name + " has " + certificates.size() + " certificates");
        }
    }

    /// Checks that a text may be a thing name.
    ///
    /// @throws IllegalArgumentException saying what one looks like, unless it is
    public static void checkName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "'"
                            + name
                            + "' is no thing name: 1 to 64 of A-Z a-z 0-9 : . _ -, a letter or"
                            + " digit first");
        }
    }

    private static List<String> globs(List<String> globs) {
        if (globs.size() > GLOBS_MAX) {
            throw new IllegalArgumentException(
                    globs.size() + " globs; a device has at most " + GLOBS_MAX);
        }
        for (String glob : globs) {
            int bytes = glob.getBytes(StandardCharsets.UTF_8).length;
            boolean wrong =
                    bytes == 0
                            || bytes > GLOB_BYTES_MAX
                            || glob.chars()
                                    .anyMatch(c ->
                                            c == '/'
                                                    || c == '+'
                                                    || c == '#'
                                                    || Character.isISOControl(c));
            if (wrong) {
                throw new IllegalArgumentException(
                        "'"
                                + glob
                                + "' matches no id: 1 to "
                                + GLOB_BYTES_MAX
                                + " bytes without / + # and control characters; * and ? are"
                                + " wildcards");
            }
        }
        return List.copyOf(globs);
    }

    /// The one that it was given last.
    public DeviceCertificate current() {
        return certificates.getLast();
    }

    public boolean isRevoked() {
        return revokedAt != null;
    }

    /// @param overlap how long the certificates before it still count, unless they end sooner
    RegisteredDevice withCertificate(DeviceCertificate next, Instant now, Duration overlap) {
        List<DeviceCertificate> all = new ArrayList<>();
        for (DeviceCertificate each : certificates) {
            all.add(each.refusedFrom(now.plus(overlap)));
        }
        all.add(next);
        while (all.size() > CERTIFICATES_MAX) {
            all.removeFirst();
        }
        return new RegisteredDevice(
                name, role, sensors, devices, origin, registeredAt, revokedAt, all);
    }

    RegisteredDevice revoked(Instant now) {
        return revokedAt != null
                ? this
                : new RegisteredDevice(
                        name,
                        role,
                        sensors,
                        devices,
                        origin,
                        registeredAt,
                        now.truncatedTo(ChronoUnit.SECONDS),
                        certificates);
    }

    DeviceIdentity identity(String fingerprint) {
        return new DeviceIdentity(name, role, sensors, devices, fingerprint);
    }
}
