package io.riacho.identity;

import io.riacho.identity.tls.TlsContexts;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Just-in-time registration: a certificate of an authority that the operator trusts becomes a device
/// when it first connects. A later certificate of that authority for the same name is the device's
/// next one.
final class SelfRegistration {

    private static final Logger LOG = LoggerFactory.getLogger(SelfRegistration.class);

    private final RegistryFile file;
    private final KnownDevices known;
    private final IdentityOptions.Trusted trusted;
    private final InstantSource clock;

    SelfRegistration(
            RegistryFile file,
            KnownDevices known,
            IdentityOptions.Trusted trusted,
            InstantSource clock) {
        this.file = file;
        this.known = known;
        this.trusted = trusted;
        this.clock = clock;
    }

    /// Registers the holder of a chain that TLS verified, durably; blocks on the disk.
    ///
    /// @param name the CN of the first certificate
    /// @return what it is worth now
    CertificateStatus register(String name, List<X509Certificate> chain) {
        X509Certificate shown = chain.getFirst();
        try {
            RegisteredDevice.checkName(name);
            if (!isTrusted(chain)) {
                return new CertificateStatus.Refused(
                        "this certificate of "
                                + name
                                + " is not registered; 'riacho devices add' issues one");
            }
            file.change(before -> registered(before, name, shown));
            known.refresh();
            return known.status(DeviceCertificate.fingerprint(shown), clock.instant());
        } catch (IllegalArgumentException | IdentityException e) {
            return new CertificateStatus.Refused(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            LOG.error("Registering {} failed; it may try again", name, e);
            return new CertificateStatus.Refused(name + " cannot be registered now");
        }
    }

    private Registry registered(Registry before, String name, X509Certificate shown)
            throws IdentityException {
        DeviceCertificate certificate = DeviceCertificate.of(shown);
        if (before.holderOf(certificate.fingerprint()) != null) {
            return before;
        }
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        RegisteredDevice device = before.device(name);
        if (device == null) {
            long selfRegistered =
                    before.devices().stream()
                            .filter(each -> each.origin() == RegisteredDevice.Origin.TRUSTED)
                            .count();
            if (selfRegistered >= trusted.devicesMax()) {
                LOG.warn(
                        "{} is refused: {} devices registered themselves, as many as"
                                + " identity.jit-devices-max lets",
                        name,
                        selfRegistered);
                throw new IdentityException("no room for a further device");
            }
            LOG.info("{} registered itself as {}", name, trusted.role().text());
            return before.with(
                    new RegisteredDevice(
                            name,
                            trusted.role(),
                            List.of(),
                            List.of(),
                            RegisteredDevice.Origin.TRUSTED,
                            now,
                            null,
                            List.of(certificate)));
        }
        if (device.isRevoked()) {
            throw new IdentityException(name + " was revoked");
        }
        if (device.origin() == RegisteredDevice.Origin.OWN) {
            throw new IdentityException(name + " is a device of Riacho's own authority");
        }
        LOG.info("{} shows its next certificate, {}", name, certificate.serial());
        // The authority says when its certificates end; the newest eight are kept.
        return before.with(device.withCertificate(certificate, now, Duration.ofDays(36_500)));
    }

    /// TLS also trusts Riacho's own authority, whose certificates do not register themselves: one of
    /// the operator's must have signed the chain.
    private boolean isTrusted(List<X509Certificate> chain) throws IOException {
        X509Certificate last = chain.getLast();
        for (X509Certificate each :
                TlsContexts.certificates(trusted.authorities(), "identity.trusted-ca")) {
            try {
                if (last.equals(each)) {
                    return true;
                }
                last.verify(each.getPublicKey());
                return true;
            } catch (GeneralSecurityException _) {
                // Not by this one.
            }
        }
        return false;
    }
}
