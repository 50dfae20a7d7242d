package io.riacho.identity;

import io.riacho.disk.Disk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Issues, rotates and revokes devices, whether a server runs on the directory or not; one that runs
/// follows within a second. Each method is one change: all of it or nothing is in the registry after
/// it, and after any crash.
public final class DeviceRegistrar {

    private final Disk disk;
    private final Path directory;
    private final IdentityOptions options;
    private final InstantSource clock;
    private final RegistryFile file;

    /// @param directory where they are kept, such as [IdentityOptions#directory(Path)]
    public DeviceRegistrar(
            Disk disk, Path directory, IdentityOptions options, InstantSource clock) {
        this.disk = disk;
        this.directory = directory;
        this.options = options;
        this.clock = clock;
        this.file = new RegistryFile(disk, directory);
    }

    /// What a device may do.
    ///
    /// @param sensors globs; empty: every sensor
    /// @param devices globs; empty: every device and group
    public record Rights(Role role, List<String> sensors, List<String> devices) {

        public Rights {
            sensors = List.copyOf(sensors);
            devices = List.copyOf(devices);
            if (role != Role.GATEWAY && !(sensors.isEmpty() && devices.isEmpty())) {
                throw new IllegalArgumentException(
                        "only a gateway is restricted to sensors and devices; a "
                                + role.text()
                                + " reads all");
            }
        }
    }

    /// All that are known.
    ///
    /// @throws IdentityException when the registry is damaged
    public Registry read() throws IOException {
        return file.read();
    }

    /// The device of that name.
    ///
    /// @throws IdentityException when there is none
    public RegisteredDevice get(String name) throws IOException {
        return known(read(), name);
    }

    /// Issues identities, each with a key of its own, in a folder of its name below `out`. The first
    /// one makes Riacho's authority.
    ///
    /// @throws IdentityException when a name or its folder is taken; then none is issued
    /// @throws IllegalArgumentException when a name or a glob is not one
    public List<RegisteredDevice> add(List<String> names, Rights rights, Path out)
            throws IOException {
        names.forEach(RegisteredDevice::checkName);
        List<RegisteredDevice> added = new ArrayList<>();
        List<Credentials> written = new ArrayList<>();
        try {
            file.change(before -> {
                for (String name : names) {
                    checkFree(before, name, new Credentials(out.resolve(name)));
                }
                CertificateAuthority authority = authority();
                for (String name : names) {
                    KeyPair keys = CertificateAuthority.newKeys();
                    X509Certificate certificate = sign(authority, name, keys.getPublic());
                    Credentials credentials = new Credentials(out.resolve(name));
                    written.add(credentials);
                    credentials.write(
                            disk, name, keys.getPrivate(), Pem.of(certificate), rootCa(authority));
                    added.add(device(name, rights, certificate));
                }
                return before.with(added);
            });
        } catch (IOException | RuntimeException e) {
            for (Credentials each : written) {
                each.delete();
            }
            throw e;
        }
        return added;
    }

    /// Issues an identity for a key that the device made itself and never showed: signs its request
    /// (PKCS#10, PEM or DER). The request's own subject is not looked at.
    ///
    /// @throws IdentityException when the name or its folder is taken, or the request is not one
    public RegisteredDevice add(String name, Rights rights, byte[] request, Path out)
            throws IOException {
        RegisteredDevice.checkName(name);
        PublicKey key = SigningRequest.publicKey(request);
        Credentials credentials = new Credentials(out.resolve(name));
        Registry after =
                file.change(before -> {
                    checkFree(before, name, credentials);
                    CertificateAuthority authority = authority();
                    X509Certificate certificate = sign(authority, name, key);
                    credentials.write(disk, name, null, Pem.of(certificate), rootCa(authority));
                    return before.with(device(name, rights, certificate));
                });
        return known(after, name);
    }

    /// Gives a device a new key and certificate in its folder below `out`; the old folder becomes
    /// `NAME.previous`.
    ///
    /// @param overlap how long its old certificate still counts; zero: it is disconnected at once
    /// @throws IdentityException when there is none of that name, or it is revoked, or another
    ///     authority signs for it
    public RegisteredDevice rotate(String name, Duration overlap, Path out) throws IOException {
        Registry after =
                file.change(before -> {
                    RegisteredDevice device = known(before, name);
                    checkOurs(device);
                    CertificateAuthority authority = authority();
                    KeyPair keys = CertificateAuthority.newKeys();
                    X509Certificate certificate = sign(authority, name, keys.getPublic());
                    new Credentials(out.resolve(name))
                            .write(
                                    disk,
                                    name,
                                    keys.getPrivate(),
                                    Pem.of(certificate),
                                    rootCa(authority));
                    return before.with(
                            device.withCertificate(
                                    DeviceCertificate.of(certificate), clock.instant(), overlap));
                });
        return known(after, name);
    }

    /// Refuses a device for good: a running server disconnects it, and its name stays taken. Doing it
    /// twice is harmless.
    ///
    /// @throws IdentityException when there is none of that name
    public RegisteredDevice revoke(String name) throws IOException {
        Registry after =
                file.change(before -> {
                    RegisteredDevice device = known(before, name);
                    return device.isRevoked()
                            ? before
                            : before.with(device.revoked(clock.instant()));
                });
        return known(after, name);
    }

    private CertificateAuthority authority() throws IOException {
        return CertificateAuthority.findOrMake(disk, directory, clock.instant());
    }

    private X509Certificate sign(CertificateAuthority authority, String name, PublicKey key)
            throws IOException {
        return authority.signDevice(name, key, clock.instant(), options.certificateValidity());
    }

    private String rootCa(CertificateAuthority authority) throws IOException {
        Path given = options.rootCa();
        return given == null
                ? Pem.of(authority.certificate())
                : Files.readString(given, StandardCharsets.US_ASCII);
    }

    private RegisteredDevice device(String name, Rights rights, X509Certificate certificate) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        return new RegisteredDevice(
                name,
                rights.role(),
                rights.sensors(),
                rights.devices(),
                RegisteredDevice.Origin.OWN,
                now,
                null,
                List.of(DeviceCertificate.of(certificate)));
    }

    private static void checkFree(Registry registry, String name, Credentials credentials)
            throws IdentityException {
        @Nullable RegisteredDevice taken = registry.device(name);
        if (taken != null) {
            throw new IdentityException(
                    name
                            + " is registered already"
                            + (taken.isRevoked()
                                    ? " and was revoked; choose another name"
                                    : "; 'riacho devices rotate' gives it a new certificate"));
        }
        if (Files.exists(credentials.folder())) {
            throw new IdentityException(
                    credentials.folder()
                            + " exists, though "
                            + name
                            + " is not registered here; move it away, or choose another folder"
                            + " with --out");
        }
    }

    private static void checkOurs(RegisteredDevice device) throws IdentityException {
        if (device.isRevoked()) {
            throw new IdentityException(
                    device.name() + " was revoked; issue an identity of another name");
        }
        if (device.origin() == RegisteredDevice.Origin.TRUSTED) {
            throw new IdentityException(
                    device.name()
                            + " has its certificates from an authority of yours, which also"
                            + " renews them");
        }
    }

    private static RegisteredDevice known(Registry registry, String name) throws IdentityException {
        RegisteredDevice device = registry.device(name);
        if (device == null) {
            throw new IdentityException(
                    "no device is called " + name + "; 'riacho devices list' names them");
        }
        return device;
    }
}
