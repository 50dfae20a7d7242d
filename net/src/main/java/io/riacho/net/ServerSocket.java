package io.riacho.net;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A door's socket, which listens until it is closed.
public final class ServerSocket implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ServerSocket.class);

    /// Connections that the system holds until they are accepted.
    private static final int BACKLOG = 1024;

    private final Channel socket;

    private ServerSocket(Channel socket) {
        this.socket = socket;
    }

    /// Waits until it listens.
    ///
    /// @param door what is bound, for the error's text
    /// @param address where; port 0 picks a free one
    /// @param special what this door's connections need beside what all have
    /// @param accept readies a connection; called on its event loop
    /// @throws IOException when it cannot be bound, naming the address and what to do
    public static ServerSocket start(
            String door,
            InetSocketAddress address,
            EventLoops loops,
            UnaryOperator<ServerBootstrap> special,
            Consumer<Channel> accept)
            throws IOException {
        ServerBootstrap bootstrap =
                new ServerBootstrap()
                        .group(loops.acceptors(), loops.workers())
                        .channel(loops.serverChannelType())
                        .option(ChannelOption.SO_BACKLOG, BACKLOG)
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childOption(ChannelOption.SO_KEEPALIVE, true)
                        .childHandler(
                                new ChannelInitializer<>() {
                                    @Override
                                    protected void initChannel(Channel channel) {
                                        accept.accept(channel);
                                    }
                                });
        ChannelFuture bound = special.apply(bootstrap).bind(address).awaitUninterruptibly();
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
        LOG.debug("{} on {} by {}", door, bound.channel().localAddress(), loops.transport());
        return new ServerSocket(bound.channel());
    }

    /// Where it listens.
    public InetSocketAddress address() {
        return (InetSocketAddress) socket.localAddress();
    }

    /// Takes no more connections; those that it took go on.
    @Override
    public void close() {
        socket.close().awaitUninterruptibly();
    }
}
