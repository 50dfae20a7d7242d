package io.riacho.client;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A service's address.
///
/// @param host a name or an address; an IPv6 address without its brackets
/// @param port 1 to 65535
public record Target(String host, int port) {

    private static final int PORT_MAX = 65_535;

    /// How long a channel has to close its connection, in ms.
    private static final long CLOSE_MILLIS_MAX = 1_000;

    /// Reads `HOST:PORT` or `[IPV6]:PORT`.
    ///
    /// @throws IllegalArgumentException says what was expected
    public static Target parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon > 0) {
            String host = text.substring(0, colon);
            if (host.startsWith("[") && host.endsWith("]")) {
                host = host.substring(1, host.length() - 1);
            }
            try {
                int port = Integer.parseInt(text.substring(colon + 1));
                if (port >= 1 && port <= PORT_MAX && !host.isEmpty()) {
                    return new Target(host, port);
                }
            } catch (NumberFormatException e) {
                // Falls through to what was expected.
            }
        }
        throw new IllegalArgumentException("'" + text + "' is not HOST:PORT");
    }

    /// A connection to be.
    ///
    /// @param tls null: plain text
    /// @throws IOException when a PEM file cannot be read
    public Channel open(@Nullable ClientTls tls) throws IOException {
        return new Channel(builder(tls).build());
    }

    /// A channel that is still to be set up further.
    ///
    /// @param tls null: plain text
    /// @throws IOException when a PEM file cannot be read
    public NettyChannelBuilder builder(@Nullable ClientTls tls) throws IOException {
        NettyChannelBuilder builder = NettyChannelBuilder.forAddress(host, port);
        if (tls == null) {
            builder.usePlaintext();
        } else {
            builder.sslContext(tls.grpc());
        }
        return builder;
    }

    /// A connection that closes with its block.
    public record Channel(ManagedChannel channel) implements AutoCloseable {

        @Override
        public void close() {
            channel.shutdownNow();
            try {
                channel.awaitTermination(CLOSE_MILLIS_MAX, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
