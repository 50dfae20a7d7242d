package io.riacho.doors.bridge;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Which broker, and how.
///
/// @param address `ssl://host:8883` or, for tests and closed networks, `tcp://host:1883`
/// @param certificate the compute identity's certificate, PEM; null: none is shown
/// @param key its key, PEM
/// @param authorities who may sign the broker's certificate, PEM; null: whom Java trusts
/// @param clientId null: the CN of the certificate
/// @param share the name of a shared subscription; null: this instance gets every message
/// @param publishesInFlightMax of ours, without a PUBACK; further ones wait
/// @param publishesPerSecondMax of ours; further ones wait
/// @param publishBytesPerSecondMax payloads and topics of ours; further ones wait
/// @param payloadBytesMax of ours; a larger one is refused
public record BridgeOptions(
        URI address,
        @Nullable Path certificate,
        @Nullable Path key,
        @Nullable Path authorities,
        @Nullable String clientId,
        @Nullable String share,
        int publishesInFlightMax,
        int publishesPerSecondMax,
        int publishBytesPerSecondMax,
        int payloadBytesMax) {

    /// What a topic may add to a payload: AWS IoT Core takes no longer one.
    public static final int TOPIC_BYTES_MAX = 256;

    /// AWS IoT Core takes no longer one.
    private static final int CLIENT_ID_BYTES_MAX = 128;

    private static final int TLS_PORT = 8883;
    private static final int PLAIN_PORT = 1883;

    public BridgeOptions {
        String scheme = address.getScheme();
        if (!("ssl".equals(scheme) || "tcp".equals(scheme)) || address.getHost() == null) {
            throw new IllegalArgumentException(
                    "'" + address + "' is no broker; write ssl://host:8883");
        }
        if (clientId != null) {
            checkClientId(clientId);
        }
        if ((certificate == null) != (key == null)) {
            throw new IllegalArgumentException("a certificate and its key belong together");
        }
        if (publishesInFlightMax < 1 || publishesPerSecondMax < 1 || payloadBytesMax < 1) {
            throw new IllegalArgumentException("limits are at least 1");
        }
        if (publishBytesPerSecondMax < payloadBytesMax + TOPIC_BYTES_MAX) {
            throw new IllegalArgumentException("the largest message exceeds the bytes of a second");
        }
    }

    /// @throws IllegalArgumentException when AWS IoT Core would not take it
    static void checkClientId(String id) {
        if (id.getBytes(StandardCharsets.UTF_8).length > CLIENT_ID_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "the client id '" + id + "' exceeds " + CLIENT_ID_BYTES_MAX + " bytes");
        }
    }

    boolean tls() {
        return "ssl".equals(address.getScheme());
    }

    String host() {
        return address.getHost();
    }

    int port() {
        return address.getPort() >= 0 ? address.getPort() : tls() ? TLS_PORT : PLAIN_PORT;
    }
}
