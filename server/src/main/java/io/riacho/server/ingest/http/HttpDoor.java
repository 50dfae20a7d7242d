package io.riacho.server.ingest.http;

import static io.netty.handler.codec.http.HttpMethod.GET;
import static io.netty.handler.codec.http.HttpMethod.POST;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.riacho.server.actuation.Actuation;
import io.riacho.server.health.Readiness;
import io.riacho.server.ingest.EventLoops;
import io.riacho.server.ingest.Listening;
import io.riacho.server.intake.Intake;
import io.riacho.server.intake.SeriesTable;
import io.riacho.server.live.LiveFeed;
import io.riacho.server.query.Queries;
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

/// The HTTP door: HTTP/1.1 with keep-alive and pipelining.
///
/// Made by [#start]. [#close] answers what is under way, for a bounded time; the event loops belong to
/// the caller and must outlive it.
public final class HttpDoor implements AutoCloseable {

    /// A larger body is decoded on a worker, so that it does not hold up the event loop.
    static final int DIRECT_BODY_BYTES_MAX = 128 << 10;

    private static final Logger log = LoggerFactory.getLogger(HttpDoor.class);

    private static final int REQUEST_LINE_BYTES_MAX = 16 << 10;
    private static final int HEADERS_BYTES_MAX = 16 << 10;
    private static final int CHUNK_BYTES_MAX = 64 << 10;
    private static final int QUEUED_PER_WORKER = 4;

    private final HttpOptions options;
    private final @Nullable SslContext tls;
    private final RequestGuard guard;
    private final IntakeGate gate;
    private final BodyBudget bodies;
    private final EventStreams events;
    private final Router router;
    private final ThreadPoolExecutor workers;
    private final ChannelGroup connections = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
    private final AtomicInteger open = new AtomicInteger();

    private volatile boolean closing;
    private @Nullable Listening listening;

    /// What the door gives access to.
    ///
    /// @param readiness asked by `/readyz`
    /// @param meters printed by `/metrics`
    public record Services(
            Intake intake,
            SeriesTable table,
            LiveFeed feed,
            Actuation actuation,
            Queries queries,
            Readiness readiness,
            PrometheusMeterRegistry meters) {}

    private HttpDoor(
            HttpOptions options,
            Services services,
            EventLoops eventLoops,
            @Nullable SslContext tls) {
        this.options = options;
        this.tls = tls;
        guard = new RequestGuard(isLoopback(options.bind()), options.hosts());
        gate = new IntakeGate(services.intake(), options.intakeWait());
        bodies = new BodyBudget(options.bodiesBytesMax());
        events =
                new EventStreams(
                        eventLoops.workers().next(),
                        services.feed(),
                        services.actuation().commands(),
                        services.actuation().devices(),
                        new CommitTime(services.meters()),
                        options.eventStreamsMax());
        workers =
                new ThreadPoolExecutor(
                        options.workersMax(),
                        options.workersMax(),
                        30,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(QUEUED_PER_WORKER * options.workersMax()),
                        new DefaultThreadFactory("http-worker", true));
        workers.allowCoreThreadTimeOut(true);
        router = new Router(routes(services));
        services.meters().gauge("riacho.http.connections", open);
        services.meters().gauge("riacho.http.body.bytes", bodies, BodyBudget::taken);
    }

    private List<Route> routes(Services services) {
        ReadingsHandler readings =
                new ReadingsHandler(
                        services.intake(), services.table(), bodies, options.bodyBytesMax());
        QueryHandlers queries = new QueryHandlers(services.queries());
        StatusHandlers status =
                new StatusHandlers(
                        services.actuation().commands(),
                        services.readiness(),
                        services.meters(),
                        events);
        CommandHandlers commands = new CommandHandlers(services.actuation());
        DeviceHandlers devices = new DeviceHandlers(services.actuation());
        String series = "/api/v1/series/{sensor}/{metric}";
        List<Route> routes = new ArrayList<>(PageFiles.routes());
        routes.add(Route.of(POST, "/api/v1/readings", Route.Kind.STORES, readings));
        routes.add(Route.of(GET, "/api/v1/series", Route.Kind.WAITS, queries::series));
        routes.add(Route.of(GET, series + "/readings", Route.Kind.WAITS, queries::readings));
        routes.add(Route.of(GET, series + "/rollups", Route.Kind.WAITS, queries::rollups));
        routes.add(Route.of(GET, "/api/v1/query", Route.Kind.WAITS, queries::get));
        routes.add(Route.of(POST, "/api/v1/query", Route.Kind.WAITS, queries::post));
        routes.add(Route.of(GET, "/api/v1/commands", Route.Kind.DIRECT, commands::list));
        routes.add(Route.of(POST, "/api/v1/commands", Route.Kind.DIRECT, commands::order));
        routes.add(Route.of(GET, "/api/v1/devices", Route.Kind.WAITS, devices::list));
        routes.add(Route.of(POST, "/api/v1/updates", Route.Kind.DIRECT, devices::update));
        routes.add(Route.of(GET, "/api/v1/status", Route.Kind.DIRECT, status::status));
        routes.add(Route.of(GET, "/api/v1/events", Route.Kind.DIRECT, events::follow));
        routes.add(Route.of(GET, "/metrics", Route.Kind.WAITS, status::metrics));
        routes.add(Route.of(GET, "/healthz", Route.Kind.DIRECT, StatusHandlers::health));
        routes.add(Route.of(GET, "/readyz", Route.Kind.DIRECT, status::ready));
        return routes;
    }

    /// Listens.
    ///
    /// @param tls for encrypted connections, or null for plain ones
    /// @throws IOException when the address cannot be bound; it names the address
    public static HttpDoor start(
            HttpOptions options, Services services, EventLoops eventLoops, @Nullable SslContext tls)
            throws IOException {
        HttpDoor door = new HttpDoor(options, services, eventLoops, tls);
        door.listening =
                Listening.start(
                        "HTTP",
                        options.bind(),
                        eventLoops,
                        bootstrap -> bootstrap.childOption(ChannelOption.AUTO_READ, false),
                        door::accept);
        return door;
    }

    private static boolean isLoopback(InetSocketAddress bind) {
        return bind.getAddress() != null && bind.getAddress().isLoopbackAddress();
    }

    /// Where it listens.
    public InetSocketAddress address() {
        if (listening == null) {
            throw new IllegalStateException("the HTTP door does not listen");
        }
        return listening.address();
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

    IntakeGate gate() {
        return gate;
    }

    BodyBudget bodies() {
        return bodies;
    }

    Executor workers() {
        return workers;
    }

    /// Takes no more requests, answers those that it took, and closes. Waits for [HttpOptions#drain]
    /// at most.
    @Override
    public void close() {
        closing = true;
        if (listening != null) {
            listening.close();
        }
        events.stop();
        for (Channel channel : connections) {
            HttpConnection connection = channel.pipeline().get(HttpConnection.class);
            if (connection == null) {
                channel.close();
            } else {
                connection.execute(connection::drain);
            }
        }
        if (!connections.newCloseFuture().awaitUninterruptibly(options.drain().toMillis())) {
            log.warn(
                    "{} HTTP connections are closed before their answers were taken",
                    connections.size());
            connections.close().awaitUninterruptibly(1000);
        }
        workers.shutdownNow();
    }
}
