package io.riacho.server.ingest.mqtt.broker;

import java.net.URI;
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
/// @param publishesPerSecondMax of ours; further ones are refused
/// @param payloadBytesMax of ours; a larger one is refused
public record BrokerOptions(
        URI address,
        @Nullable Path certificate,
        @Nullable Path key,
        @Nullable Path authorities,
        @Nullable String clientId,
        @Nullable String share,
        int publishesPerSecondMax,
        int payloadBytesMax) {

    private static final int TLS_PORT = 8883;
    private static final int PLAIN_PORT = 1883;

    public BrokerOptions {
        String scheme = address.getScheme();
        if (!("ssl".equals(scheme) || "tcp".equals(scheme)) || address.getHost() == null) {
            throw new IllegalArgumentException(
                    "'" + address + "' is no broker; write ssl://host:8883");
        }
        if ((certificate == null) != (key == null)) {
            throw new IllegalArgumentException("a certificate and its key belong together");
        }
        if (publishesPerSecondMax < 1 || payloadBytesMax < 1) {
            throw new IllegalArgumentException("limits are at least 1");
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
