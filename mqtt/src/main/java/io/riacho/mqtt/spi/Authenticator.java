package io.riacho.mqtt.spi;

import io.riacho.mqtt.packet.ReasonCode;
import io.riacho.mqtt.packet.Version;
import java.net.SocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Decides who may connect, and as what.
@FunctionalInterface
public interface Authenticator {

    /// A CONNECT and its connection, as far as they tell who it is.
    ///
    /// @param clientId empty when the client leaves it to the server
    /// @param certificates the peer's chain as TLS verified it, its own first; empty without TLS or
    ///     without a client certificate
    @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
    record Request(
            String listener,
            SocketAddress remoteAddress,
            Version version,
            String clientId,
            @Nullable String userName,
            byte @Nullable [] password,
            List<X509Certificate> certificates) {}

    /// The answer.
    sealed interface Decision {}

    /// The client may connect.
    ///
    /// @param identity what [Authorizer] and [Client#identity()] get
    /// @param clientId the client's id if it left it to the server, or null: then one is made up
    record Accepted(Object identity, @Nullable String clientId) implements Decision {}

    /// It may not.
    ///
    /// @param code an error code that CONNACK may bear; for 3.1.1 it is mapped to the nearest
    record Refused(ReasonCode code, String reason) implements Decision {}

    /// Answers once, on any thread, now or later. Called on the connection's event loop: must not
    /// block.
    void authenticate(Request request, Consumer<Decision> answer);
}
