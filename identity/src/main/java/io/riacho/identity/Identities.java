package io.riacho.identity;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.handler.ssl.SslContext;
import io.riacho.disk.Disk;
import io.riacho.identity.tls.TlsOptions;
import io.riacho.mqtt.packet.ReasonCode;
import io.riacho.mqtt.spi.Authenticator;
import io.riacho.mqtt.spi.Client;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Identities in a running server: who connects, over which TLS, and who has to go. Once a second it
/// looks whether a `riacho devices` command has changed something, and follows it without a restart.
public final class Identities implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Identities.class);

    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
    private static final int REGISTRATIONS_WAITING_MAX = 1000;

    /// Certificates that end within this time are counted for an alarm.
    private static final Duration ENDING_SOON = Duration.ofDays(30);

    private final InstantSource clock;
    private final KnownDevices known;
    private final IdentityTls tls;
    private final Revocations revocations;
    private final X509Authenticator authenticator;
    private final ThreadPoolExecutor registrar;
    private final ScheduledExecutorService watch;
    private volatile @Nullable Connections connections;
    private @Nullable String lastTrouble;

    /// The clients of a door.
    public interface Connections {

        /// Those that are connected; may change while it is looked at.
        Collection<? extends Client> clients();

        /// Sends one away.
        ///
        /// @return false when it is gone already
        boolean disconnect(String clientId, ReasonCode code, String reason);
    }

    private Identities(
            Disk disk,
            Path directory,
            IdentityOptions options,
            @Nullable TlsOptions configured,
            String bind,
            Set<String> encryptedListeners,
            InstantSource clock,
            MeterRegistry meters)
            throws IOException {
        this.clock = clock;
        RegistryFile file = new RegistryFile(disk, directory);
        known = new KnownDevices(file);
        IdentityOptions.Trusted trusted = options.trusted();
        revocations = new Revocations(trusted);
        tls =
                new IdentityTls(
                        directory,
                        configured,
                        trusted == null ? List.of() : List.of(trusted.authorities()),
                        new ServerCertificate(
                                disk,
                                directory,
                                file,
                                () -> ServerNames.of(bind, options.serverNames())));
        registrar =
                new ThreadPoolExecutor(
                        0,
                        1,
                        10,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(REGISTRATIONS_WAITING_MAX),
                        Thread.ofPlatform().daemon().name("riacho-registrar").factory());
        authenticator =
                new X509Authenticator(
                        encryptedListeners,
                        known,
                        revocations,
                        trusted == null ? null : new SelfRegistration(file, known, trusted, clock),
                        registrar,
                        clock,
                        Counter.builder("riacho.identity.refused")
                                .description("Connections refused for their certificate or id")
                                .register(meters));
        Gauge.builder("riacho.identity.devices", this, Identities::devices)
                .description("Devices in the registry that are not revoked")
                .register(meters);
        Gauge.builder("riacho.identity.ending", this, Identities::ending)
                .description("Devices whose certificate ends within 30 days, or has ended")
                .register(meters);
        watch =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().daemon().name("riacho-identities").factory());
    }

    /// Reads the registry, and begins to follow it.
    ///
    /// @param directory where they are kept, such as [IdentityOptions#directory(Path)]
    /// @param configured the server's certificate and key for devices; null: Riacho's own authority
    ///     signs one
    /// @param bind where devices connect to: an IP address or `localhost`
    /// @param encryptedListeners names of the listeners that ask for certificates
    /// @throws IdentityException when the registry is damaged
    /// @throws io.riacho.identity.tls.TlsException when a certificate that is configured cannot be used
    /// @throws IOException when a revocation list cannot
    public static Identities start(
            Disk disk,
            Path directory,
            IdentityOptions options,
            @Nullable TlsOptions configured,
            String bind,
            Set<String> encryptedListeners,
            InstantSource clock,
            MeterRegistry meters)
            throws IOException {
        Identities started =
                new Identities(
                        disk,
                        directory,
                        options,
                        configured,
                        bind,
                        encryptedListeners,
                        clock,
                        meters);
        try {
            started.tls.refresh(clock.instant());
            started.revocations.refresh(clock.instant());
        } catch (IOException | RuntimeException e) {
            started.close();
            throw e;
        }
        var _ =
                started.watch.scheduleWithFixedDelay(
                        started::look,
                        LOOK_EVERY.toMillis(),
                        LOOK_EVERY.toMillis(),
                        TimeUnit.MILLISECONDS);
        return started;
    }

    /// Decides who connects.
    public Authenticator authenticator() {
        return authenticator;
    }

    /// For listeners that ask for identities. It gives null, and a listener closes its connections,
    /// while there is nobody who could connect.
    public Supplier<@Nullable SslContext> tls() {
        return tls::context;
    }

    /// Whose clients are sent away when they are revoked, their certificate ends, or their rights are
    /// others.
    public void watch(Connections door) {
        connections = door;
    }

    /// Looks once; otherwise done every second.
    void look() {
        try {
            known.refresh();
            revocations.forget(each -> known.registry().holderOf(each) == null);
            revocations.refresh(clock.instant());
            tls.refresh(clock.instant());
            lastTrouble = null;
        } catch (IOException | RuntimeException e) {
            // Once, not every second.
            String trouble = String.valueOf(e.getMessage());
            if (!trouble.equals(lastTrouble)) {
                LOG.error("Identities stay as they were: {}", trouble);
                lastTrouble = trouble;
            }
        }
        Connections door = connections;
        if (door != null) {
            door.clients().forEach(each -> check(door, each));
        }
    }

    private void check(Connections door, Client client) {
        if (!(client.identity() instanceof DeviceIdentity identity)
                || identity.role() == Role.LOCAL) {
            return;
        }
        String reason =
                switch (known.status(identity.fingerprint(), clock.instant())) {
                    case CertificateStatus.Known(DeviceIdentity now) ->
                            revocations.revokes(identity.fingerprint())
                                    ? Revocations.REASON
                                    : now.equals(identity) ? null : "its rights have changed";
                    case CertificateStatus.Refused refused -> refused.reason();
                    case CertificateStatus.Unknown _ -> "it is no longer registered";
                };
        if (reason != null && door.disconnect(client.id(), ReasonCode.NOT_AUTHORIZED, reason)) {
            LOG.info("Disconnected {}: {}", client.id(), reason);
        }
    }

    private double devices() {
        return known.registry().devices().stream().filter(each -> !each.isRevoked()).count();
    }

    private double ending() {
        Instant soon = clock.instant().plus(ENDING_SOON);
        return known.registry().devices().stream()
                .filter(each -> !each.isRevoked() && each.current().end().isBefore(soon))
                .count();
    }

    @Override
    public void close() {
        watch.shutdownNow();
        registrar.shutdownNow();
    }
}
