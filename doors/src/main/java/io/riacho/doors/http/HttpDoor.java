package io.riacho.doors.http;

import static io.netty.handler.codec.http.HttpMethod.GET;
import static io.netty.handler.codec.http.HttpMethod.POST;

import io.micrometer.core.instrument.MeterRegistry;
import io.netty.handler.ssl.SslContext;
import io.riacho.api.commands.CommandServices;
import io.riacho.api.query.Queries;
import io.riacho.api.readings.Intake;
import io.riacho.api.readings.SeriesTable;
import io.riacho.http.BodyBudget;
import io.riacho.http.HttpOptions;
import io.riacho.http.HttpServer;
import io.riacho.http.Route;
import io.riacho.http.RouteGroup;
import io.riacho.net.EventLoops;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The HTTP door: routes of readings, queries, commands and devices, over HTTP/1.1 with keep-alive and pipelining.
///
/// Made by [#start]. [#close] answers what is under way, for a bounded time; the event loops belong to
/// the caller and must outlive it.
public final class HttpDoor implements AutoCloseable {

    /// A larger body is decoded on a worker, so that it does not hold up the event loop.
    static final int DIRECT_BODY_BYTES_MAX = 128 << 10;

    private final HttpServer server;

    private HttpDoor(HttpServer server) {
        this.server = server;
    }

    /// What the door gives access to.
    ///
    public record Services(
            Intake intake,
            SeriesTable table,
            CommandServices commands,
            Queries queries,
            MeterRegistry meters) {}

    /// The door's own routes.
    static List<Route> routes(HttpOptions options, Services services, BodyBudget bodies) {
        ReadingsHandler readings =
                new ReadingsHandler(
                        services.intake(), services.table(), bodies, options.bodyBytesMax());
        QueryHandlers queries = new QueryHandlers(services.queries());
        CommandHandlers commands = new CommandHandlers(services.commands());
        DeviceHandlers devices = new DeviceHandlers(services.commands());
        String series = "/api/v1/series/{sensor}/{metric}";
        List<Route> routes = new ArrayList<>();
        routes.add(Route.of(POST, "/api/v1/readings", Route.Kind.STORES, readings));
        routes.add(Route.of(GET, "/api/v1/series", Route.Kind.WAITS, queries::series));
        routes.add(Route.of(GET, series + "/readings", Route.Kind.WAITS, queries::readings));
        routes.add(Route.of(GET, series + "/rollups", Route.Kind.WAITS, queries::rollups));
        routes.add(Route.of(GET, "/api/v1/query", Route.Kind.WAITS, queries::get));
        routes.add(Route.of(POST, "/api/v1/query", Route.Kind.WAITS, queries::post));
        routes.add(Route.of(GET, "/api/v1/commands", Route.Kind.DIRECT, commands::list));
        routes.add(Route.of(POST, "/api/v1/commands", Route.Kind.DIRECT, commands::override));
        routes.add(Route.of(GET, "/api/v1/devices", Route.Kind.WAITS, devices::list));
        routes.add(Route.of(POST, "/api/v1/updates", Route.Kind.DIRECT, devices::update));
        return routes;
    }

    /// Listens.
    ///
    /// @param address where; port 0 picks a free one
    /// @param others routes beside the door's own
    /// @param tls for encrypted connections, or null for plain ones
    /// @throws IOException when the address cannot be bound; it names the address
    public static HttpDoor start(
            HttpOptions options,
            InetSocketAddress address,
            Services services,
            List<RouteGroup> others,
            EventLoops eventLoops,
            @Nullable SslContext tls)
            throws IOException {
        BodyBudget bodies = new BodyBudget(options.bodiesBytesMax());
        List<Route> own = routes(options, services, bodies);
        List<RouteGroup> groups = new ArrayList<>(others);
        groups.add(() -> own);
        HttpServer server =
                HttpServer.start(
                        options,
                        address,
                        groups,
                        new IntakeGate(services.intake(), options.intakeWaitMax()),
                        bodies,
                        eventLoops,
                        tls);
        services.meters().gauge("riacho.http.connections", server.connections());
        services.meters().gauge("riacho.http.body.bytes", bodies, BodyBudget::taken);
        return new HttpDoor(server);
    }

    /// Where it listens.
    public InetSocketAddress address() {
        return server.address();
    }

    /// Takes no more requests, answers those that it took, and closes. Waits for [HttpOptions.Fixed#drain]
    /// at most.
    @Override
    public void close() {
        server.close();
    }
}
