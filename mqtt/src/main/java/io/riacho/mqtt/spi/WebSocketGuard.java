package io.riacho.mqtt.spi;

import io.netty.handler.codec.http.HttpRequest;
import org.jspecify.annotations.Nullable;

/// Decides which HTTP requests may become a WebSocket: a browser opens one for any page that asks, to any
/// address that it reaches, and says in `Origin` and `Host` for whom. Called on event loops: must not block.
@FunctionalInterface
public interface WebSocketGuard {

    /// Everybody may.
    WebSocketGuard NONE = request -> null;

    /// Why a request is refused.
    ///
    /// @param status of HTTP, 400 to 599
    record Refused(int status, String reason) {}

    /// Null when the request may become a WebSocket.
    @Nullable Refused refusal(HttpRequest request);
}
