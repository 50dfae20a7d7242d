package io.riacho.mqtt;

import io.netty.handler.ssl.SslContext;
import io.riacho.mqtt.spi.WebSocketGuard;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One address that the server listens on.
///
/// @param name in the log, in statistics, and what an [Authenticator] may decide by
/// @param port 0 for any free one
/// @param tls the context of the next connection, or null for plain TCP: asked for each connection, so
///     that a new certificate needs no restart; while it gives null, connections are closed at once
/// @param webSocketPath the path of the WebSocket, or null for MQTT on the bare connection
/// @param guard which requests may become a WebSocket
public record Listener(
        String name,
        String host,
        int port,
        @Nullable Supplier<@Nullable SslContext> tls,
        @Nullable String webSocketPath,
        WebSocketGuard guard) {

    public Listener(
            String name,
            String host,
            int port,
            @Nullable Supplier<@Nullable SslContext> tls,
            @Nullable String webSocketPath) {
        this(name, host, port, tls, webSocketPath, WebSocketGuard.NONE);
    }

    /// The same with a guard.
    public Listener guardedBy(WebSocketGuard with) {
        return new Listener(name, host, port, tls, webSocketPath, with);
    }

    public static Listener tcp(String host, int port) {
        return new Listener("tcp", host, port, null, null);
    }

    public static Listener tls(String host, int port, Supplier<@Nullable SslContext> tls) {
        return new Listener("tls", host, port, tls, null);
    }

    public static Listener webSocket(String host, int port) {
        return new Listener("ws", host, port, null, "/mqtt");
    }

    public static Listener secureWebSocket(
            String host, int port, Supplier<@Nullable SslContext> tls) {
        return new Listener("wss", host, port, tls, "/mqtt");
    }
}
