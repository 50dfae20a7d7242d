package io.riacho.identity;

import java.io.IOException;
import java.time.Instant;

/// The registry as a running server sees it. [#refresh()] belongs to one thread at a time, everything
/// else may be called by any.
final class KnownDevices {

    private final RegistryFile file;
    private volatile Registry registry;
    private FileStamp stamp;

    /// @throws IdentityException when the registry is damaged
    KnownDevices(RegistryFile file) throws IOException {
        this.file = file;
        this.stamp = FileStamp.of(file.path());
        this.registry = file.read();
    }

    /// Reads the file if it is another one than last time.
    ///
    /// @throws IdentityException when it is damaged; then what was known stays
    synchronized void refresh() throws IOException {
        // Stamped before it is read: a change in between is seen the next time.
        FileStamp now = FileStamp.of(file.path());
        if (!now.equals(stamp)) {
            registry = file.read();
            stamp = now;
        }
    }

    Registry registry() {
        return registry;
    }

    CertificateStatus status(String fingerprint, Instant now) {
        RegisteredDevice device = registry.holderOf(fingerprint);
        if (device == null) {
            return new CertificateStatus.Unknown();
        }
        if (device.isRevoked()) {
            return new CertificateStatus.Refused(device.name() + " was revoked");
        }
        for (DeviceCertificate each : device.certificates()) {
            if (each.fingerprint().equals(fingerprint) && !each.countsAt(now)) {
                return new CertificateStatus.Refused(
                        "this certificate of "
                                + device.name()
                                + (now.isBefore(each.notBefore())
                                        ? " counts from " + each.notBefore()
                                        : " ended at " + each.end()));
            }
        }
        return new CertificateStatus.Known(device.identity(fingerprint));
    }
}
