package io.riacho.doors.grpc;

import java.time.Duration;

/// Where a gRPC door listens, and its limits.
///
/// @param host the address to bind, such as `127.0.0.1`
/// @param port 0 picks a free one
/// @param messageBytesMax the largest message; a larger one ends its call with RESOURCE_EXHAUSTED
/// @param connectionsMax connections at once; further ones are closed as they come
/// @param callsMax calls at once over all connections; further ones end with RESOURCE_EXHAUSTED
/// @param callsPerConnectionMax calls at once on one connection; clients hold further ones back
/// @param keepAlive a connection that was silent for so long is asked whether it is still there,
///     and closed when it does not answer within [#KEEP_ALIVE_ANSWER]
/// @param drain how long [GrpcDoor#close()] lets calls finish
public record GrpcOptions(
        String host,
        int port,
        int messageBytesMax,
        int connectionsMax,
        int callsMax,
        int callsPerConnectionMax,
        Duration keepAlive,
        Duration drain) {

    /// How long a silent connection has to answer a ping.
    static final Duration KEEP_ALIVE_ANSWER = Duration.ofSeconds(20);

    /// The most often that a client may ping without being taken for hostile.
    static final Duration CLIENT_PING_MIN = Duration.ofSeconds(10);

    /// Bytes of a call's headers.
    static final int HEADERS_BYTES_MAX = 16 * 1024;

    public GrpcOptions {
        check(port >= 0 && port <= 65_535, "port must be 0 to 65535");
        check(messageBytesMax >= 1024, "messageBytesMax must be at least 1024");
        check(connectionsMax >= 1, "connectionsMax must be at least 1");
        check(callsMax >= 1, "callsMax must be at least 1");
        check(callsPerConnectionMax >= 1, "callsPerConnectionMax must be at least 1");
        check(keepAlive.toMillis() >= 1_000, "keepAlive must be at least 1 s");
        check(!drain.isNegative(), "drain must not be negative");
    }

    private static void check(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    /// The limits of a server on one machine, on loopback.
    ///
    /// @param port 0 picks a free one
    public static GrpcOptions onLoopback(int port) {
        return new GrpcOptions(
                "127.0.0.1",
                port,
                4 * 1024 * 1024,
                10_000,
                20_000,
                10_000,
                Duration.ofMinutes(1),
                Duration.ofSeconds(2));
    }

    /// The same limits on another address.
    public GrpcOptions at(String otherHost, int otherPort) {
        return new GrpcOptions(
                otherHost,
                otherPort,
                messageBytesMax,
                connectionsMax,
                callsMax,
                callsPerConnectionMax,
                keepAlive,
                drain);
    }

    /// The same address with other limits.
    public GrpcOptions withLimits(
            int messageBytes, int connections, int calls, int callsPerConnection) {
        return new GrpcOptions(
                host, port, messageBytes, connections, calls, callsPerConnection, keepAlive, drain);
    }
}
