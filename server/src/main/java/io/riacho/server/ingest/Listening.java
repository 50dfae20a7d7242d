package io.riacho.server.ingest;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import java.io.IOException;
import java.net.InetSocketAddress;

/// Binds a door to its address.
public final class Listening {

    private Listening() {}

    /// Waits until it listens.
    ///
    /// @param door what is bound, for the error's text
    /// @throws IOException when it cannot be bound, naming the address and what to do
    public static Channel bind(ServerBootstrap bootstrap, String door, InetSocketAddress address)
            throws IOException {
        ChannelFuture bound = bootstrap.bind(address).awaitUninterruptibly();
        Throwable cause = bound.cause();
        if (cause != null) {
            throw new IOException(
                    door
                            + " cannot listen on "
                            + address.getHostString()
                            + ":"
                            + address.getPort()
                            + " ("
                            + cause.getMessage()
                            + "); free that port or configure another",
                    cause);
        }
        return bound.channel();
    }
}
