package io.riacho.http;

import io.netty.handler.codec.http.HttpMethod;
import java.util.List;

/// A method and a path, with who answers them.
///
/// @param segments the path's segments; `{name}` takes any one
public record Route(HttpMethod method, List<String> segments, Kind kind, Handler handler) {

    /// What a request of the route needs.
    public enum Kind {
        /// Answers at once, on the event loop.
        DIRECT,
        /// May wait: runs on a worker.
        WAITS,
        /// Stores: its body is not read while the intake is full.
        STORES
    }

    public static Route of(HttpMethod method, String path, Kind kind, Handler handler) {
        return new Route(method, Router.segments(path), kind, handler);
    }
}
