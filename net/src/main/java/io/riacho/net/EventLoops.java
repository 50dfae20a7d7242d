package io.riacho.net;

import io.netty.channel.Channel;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/// The threads that serve sockets, shared by all doors of a process: epoll where its native library
/// loads, NIO elsewhere. Safe for use by many threads. Closed last, after the doors.
public final class EventLoops implements AutoCloseable {

    /// How long [#close()] lets tasks that were handed over finish, in ms.
    private static final long CLOSE_MILLIS_MAX = 2_000;

    private final EventLoopGroup acceptors;
    private final EventLoopGroup workers;
    private final boolean epoll;

    private EventLoops(boolean epoll, int workerThreads) {
        this.epoll = epoll;
        IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        acceptors =
                new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory("accept", true), io);
        workers =
                new MultiThreadIoEventLoopGroup(
                        workerThreads, new DefaultThreadFactory("io", true), io);
    }

    /// One worker for each processor.
    public static EventLoops start() {
        return start(Runtime.getRuntime().availableProcessors());
    }

    /// As many workers as told.
    ///
    /// @param workerThreads how many threads serve connections, from 1
    public static EventLoops start(int workerThreads) {
        return new EventLoops(Epoll.isAvailable(), workerThreads);
    }

    /// The portable transport, also where epoll would load.
    public static EventLoops startPortable(int workerThreads) {
        return new EventLoops(false, workerThreads);
    }

    /// Accepts connections.
    public EventLoopGroup acceptors() {
        return acceptors;
    }

    /// Serves connections; also the process's timer for what belongs to them.
    public EventLoopGroup workers() {
        return workers;
    }

    /// A listening channel of the transport in use, not yet bound.
    public ServerChannel newServerChannel() {
        return epoll ? new EpollServerSocketChannel() : new NioServerSocketChannel();
    }

    /// The class of listening channels, for bootstraps.
    public Class<? extends ServerChannel> serverChannelType() {
        return epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    /// The class of outgoing channels, for clients.
    public Class<? extends Channel> channelType() {
        return epoll ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    /// The transport's name, for the log.
    public String transport() {
        return epoll ? "epoll" : "nio";
    }

    @Override
    public void close() {
        Future<?> accepting =
                acceptors.shutdownGracefully(0, CLOSE_MILLIS_MAX, TimeUnit.MILLISECONDS);
        Future<?> working = workers.shutdownGracefully(0, CLOSE_MILLIS_MAX, TimeUnit.MILLISECONDS);
        accepting.awaitUninterruptibly(CLOSE_MILLIS_MAX);
        working.awaitUninterruptibly(CLOSE_MILLIS_MAX);
    }
}
