package io.riacho.http;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.riacho.net.EventLoops;
import io.riacho.net.ServerSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// An HTTP/1.1 server with keep-alive and pipelining.
///
/// Made by [#start]. [#close] answers what is under way, for a bounded time; the event loops belong to
/// the caller and must outlive it.
public final class HttpServer implements AutoCloseable {

    /// A larger body is decoded on a worker, so that it does not hold up the event loop.
    static final int DIRECT_BODY_BYTES_MAX = 128 << 10;

    private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);

    private static final int REQUEST_LINE_BYTES_MAX = 16 << 10;
    private static final int HEADERS_BYTES_MAX = 16 << 10;
    private static final int CHUNK_BYTES_MAX = 64 << 10;
    private static final int QUEUED_PER_WORKER = 4;

    private final HttpOptions options;
    private final @Nullable SslContext tls;
    private final RequestGuard guard;
    private final AdmissionGate gate;
    private final BodyBudget bodies;
    private final List<RouteGroup> groups;
    private final Router router;
    private final ThreadPoolExecutor workers;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final AtomicInteger open = new AtomicInteger();

    private volatile boolean closing;
    private @Nullable ServerSocket listening;

    private HttpServer(
            HttpOptions options,
            InetSocketAddress address,
            List<RouteGroup> groups,
            AdmissionGate gate,
            BodyBudget bodies,
            @Nullable SslContext tls) {
        this.options = options;
        this.groups = List.copyOf(groups);
        this.gate = gate;
        this.bodies = bodies;
        this.tls = tls;
        guard = new RequestGuard(isLoopback(address), options.fixed().hosts());
        workers =
                new ThreadPoolExecutor(
                        options.fixed().workersMax(),
                        options.fixed().workersMax(),
                        30,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(QUEUED_PER_WORKER * options.fixed().workersMax()),
                        new DefaultThreadFactory("http-worker", true));
        workers.allowCoreThreadTimeOut(true);
        List<Route> routes = new ArrayList<>();
        for (RouteGroup each : groups) {
            routes.addAll(each.routes());
        }
        router = new Router(routes);
    }

    /// Listens.
    ///
    /// @param address where; port 0 picks a free one
    /// @param bodies what the bodies of all requests may take together, shared with handlers that take
    ///     more of it
    /// @param tls for encrypted connections, or null for plain ones
    /// @throws IOException when the address cannot be bound; it names the address
    public static HttpServer start(
            HttpOptions options,
            InetSocketAddress address,
            List<RouteGroup> groups,
            AdmissionGate gate,
            BodyBudget bodies,
            EventLoops eventLoops,
            @Nullable SslContext tls)
            throws IOException {
        HttpServer server = new HttpServer(options, address, groups, gate, bodies, tls);
        server.listening =
                ServerSocket.start(
                        "HTTP",
                        address,
                        eventLoops,
                        bootstrap -> bootstrap.childOption(ChannelOption.AUTO_READ, false),
                        server::accept);
        return server;
    }

    private static boolean isLoopback(InetSocketAddress bind) {
        return bind.getAddress() != null && bind.getAddress().isLoopbackAddress();
    }

    /// Where it listens.
    public InetSocketAddress address() {
        if (listening == null) {
            throw new IllegalStateException("the HTTP server does not listen");
        }
        return listening.address();
    }

    /// Open connections, for a gauge.
    public AtomicInteger connections() {
        return open;
    }

    private void accept(Channel channel) {
        channel.closeFuture().addListener(_ -> open.decrementAndGet());
        if (open.incrementAndGet() > options.connectionsMax() || closing) {
            channel.close();
            return;
        }
        connections.add(channel);
        if (tls != null) {
            channel.pipeline().addLast(tls.newHandler(channel.alloc()));
        }
        channel.pipeline()
                .addLast(
                        new HttpServerCodec(
                                new HttpDecoderConfig()
                                        .setMaxInitialLineLength(REQUEST_LINE_BYTES_MAX)
                                        .setMaxHeaderSize(HEADERS_BYTES_MAX)
                                        .setMaxChunkSize(CHUNK_BYTES_MAX)))
                .addLast(new HttpConnection(this, channel));
    }

    HttpOptions options() {
        return options;
    }

    RequestGuard guard() {
        return guard;
    }

    Router router() {
        return router;
    }

    AdmissionGate gate() {
        return gate;
    }

    BodyBudget bodies() {
        return bodies;
    }

    Executor workers() {
        return workers;
    }

    /// Takes no more requests, answers those that it took, and closes. Waits for [HttpOptions.Fixed#drain]
    /// at most.
    @Override
    public void close() {
        closing = true;
        if (listening != null) {
            listening.close();
        }
        groups.forEach(RouteGroup::stop);
        for (Channel channel : connections) {
            HttpConnection connection = channel.pipeline().get(HttpConnection.class);
            if (connection == null) {
                channel.close();
            } else {
                connection.execute(connection::drain);
            }
        }
        if (!connections
                .newCloseFuture()
                .awaitUninterruptibly(options.fixed().drain().toMillis())) {
            LOG.warn(
                    "{} HTTP connections are closed before their answers were taken",
                    connections.size());
            connections.close().awaitUninterruptibly(1000);
        }
        workers.shutdownNow();
    }
}
