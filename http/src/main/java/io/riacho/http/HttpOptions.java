package io.riacho.http;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Set;

/// How the HTTP door listens, and its limits.
///
/// @param bind where to listen; port 0 picks a free one
/// @param hosts names, besides loopback's own, that a request may be for while the door listens on
///     loopback: the defence against DNS rebinding. Off loopback every name is taken
/// @param bodyBytesMax bytes of a request body, inflated; more is answered 413
/// @param bodiesBytesMax bytes of bodies of all requests at once; more is answered 503
/// @param connectionsMax open connections; one more is closed at once
/// @param eventStreamsMax followers of the live events; one more is answered 503
/// @param workersMax threads for requests that wait, such as queries; four times as many may queue,
///     then 503
/// @param idle a connection without a whole request head for so long is closed
/// @param transfer how long a body may take to come, and an answer to be taken
/// @param intakeWait how long a write waits for room in the intake, then 503 with Retry-After
/// @param drain how long [HttpServer#close] waits for answers that are under way
public record HttpOptions(
        InetSocketAddress bind,
        Set<String> hosts,
        int bodyBytesMax,
        long bodiesBytesMax,
        int connectionsMax,
        int eventStreamsMax,
        int workersMax,
        Duration idle,
        Duration transfer,
        Duration intakeWait,
        Duration drain) {

    public HttpOptions {
        hosts = Set.copyOf(hosts);
        if (bodyBytesMax < 1 || bodiesBytesMax < bodyBytesMax) {
            throw new IllegalArgumentException("bodiesBytesMax must be at least bodyBytesMax");
        }
        if (connectionsMax < 1 || eventStreamsMax < 0 || workersMax < 1) {
            throw new IllegalArgumentException("limits of the HTTP door must be positive");
        }
    }

    /// The defaults, on an address.
    public static HttpOptions on(InetSocketAddress bind) {
        return new HttpOptions(
                bind,
                Set.of(),
                16 << 20,
                64 << 20,
                2000,
                200,
                4,
                Duration.ofSeconds(60),
                Duration.ofSeconds(120),
                Duration.ofSeconds(10),
                Duration.ofSeconds(10));
    }
}
