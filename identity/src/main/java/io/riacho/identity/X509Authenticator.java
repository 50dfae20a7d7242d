package io.riacho.identity;

import io.micrometer.core.instrument.Counter;
import io.riacho.identity.tls.CommonName;
import io.riacho.mqtt.packet.ReasonCode;
import io.riacho.mqtt.spi.Authenticator;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Who connects: on a TLS listener the holder of a registered certificate, under the name in it; on a
/// plain one anybody, as [Role#LOCAL]. That plain listeners are for loopback is the configuration's
/// matter. Safe for use by many threads.
final class X509Authenticator implements Authenticator {

    private static final Logger LOG = LoggerFactory.getLogger(X509Authenticator.class);

    private final Set<String> encrypted;
    private final KnownDevices known;
    private final Revocations revocations;
    private final @Nullable SelfRegistration registration;
    private final Executor registrar;
    private final InstantSource clock;
    private final Counter refusals;

    /// @param encrypted the names of listeners with TLS
    /// @param registration null: nobody registers itself
    /// @param registrar where registrations wait for the disk; bounded, refuses when it is full
    X509Authenticator(
            Set<String> encrypted,
            KnownDevices known,
            Revocations revocations,
            @Nullable SelfRegistration registration,
            Executor registrar,
            InstantSource clock,
            Counter refusals) {
        this.encrypted = Set.copyOf(encrypted);
        this.known = known;
        this.revocations = revocations;
        this.registration = registration;
        this.registrar = registrar;
        this.clock = clock;
        this.refusals = refusals;
    }

    @Override
    public void authenticate(Request request, Consumer<Decision> answer) {
        List<X509Certificate> chain = request.certificates();
        if (chain.isEmpty()) {
            answer.accept(withoutCertificate(request));
            return;
        }
        if (revocations.revokes(chain)) {
            answer.accept(refused(request, ReasonCode.NOT_AUTHORIZED, Revocations.REASON));
            return;
        }
        String fingerprint = DeviceCertificate.fingerprint(chain.getFirst());
        CertificateStatus standing = known.standing(fingerprint, clock.instant());
        SelfRegistration self = registration;
        if (!(standing instanceof CertificateStatus.Unknown) || self == null) {
            answer.accept(decision(request, standing));
            return;
        }
        try {
            registrar.execute(() ->
                    answer.accept(
                            decision(
                                    request,
                                    self.register(CommonName.of(chain.getFirst()), chain))));
        } catch (RejectedExecutionException _) {
            answer.accept(
                    refused(
                            request,
                            ReasonCode.SERVER_BUSY,
                            "too many devices register at once; try again"));
        }
    }

    private Decision withoutCertificate(Request request) {
        if (encrypted.contains(request.listener())) {
            return refused(
                    request, ReasonCode.NOT_AUTHORIZED, "a client certificate is needed here");
        }
        if (known.registry().device(request.clientId()) != null) {
            return refused(
                    request,
                    ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                    request.clientId() + " is a device; it connects over TLS with its certificate");
        }
        return new Accepted(DeviceIdentity.LOCAL, null);
    }

    private Decision decision(Request request, CertificateStatus standing) {
        return switch (standing) {
            case CertificateStatus.Refused no ->
                    refused(request, ReasonCode.NOT_AUTHORIZED, no.reason());
            case CertificateStatus.Unknown _ ->
                    refused(
                            request,
                            ReasonCode.NOT_AUTHORIZED,
                            "this certificate is not registered; 'riacho devices add' issues"
                                    + " one");
            case CertificateStatus.Known(DeviceIdentity identity) -> {
                revocations.noteShown(identity.fingerprint(), request.certificates());
                String id = request.clientId();
                yield id.isEmpty() || id.equals(identity.name())
                        ? new Accepted(identity, identity.name())
                        : refused(
                                request,
                                ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                                "the client id of this certificate is " + identity.name());
            }
        };
    }

    private Refused refused(Request request, ReasonCode code, String reason) {
        refusals.increment();
        LOG.info(
                "Refused '{}' from {}: {}",
                printable(request.clientId()),
                request.remoteAddress(),
                reason);
        return new Refused(code, reason);
    }

    /// What a stranger says goes into the log on one line.
    private static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }
}
