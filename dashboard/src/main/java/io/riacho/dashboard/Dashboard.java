package io.riacho.dashboard;

import static io.netty.handler.codec.http.HttpMethod.GET;

import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.channel.EventLoop;
import io.riacho.api.commands.Commands;
import io.riacho.api.devices.Devices;
import io.riacho.api.health.Readiness;
import io.riacho.api.live.LiveFeed;
import io.riacho.http.Route;
import io.riacho.http.RouteGroup;
import java.util.ArrayList;
import java.util.List;

/// The live page with what feeds it, and what says how the server is: the status, live events, metrics and
/// health.
public final class Dashboard implements RouteGroup {

    private final EventStreams events;
    private final List<Route> routes;

    /// What the page shows.
    ///
    /// @param readiness asked by `/readyz`
    /// @param commits the journal's group commits, with their 99th percentile
    /// @param meters printed by `/metrics`
    public record Sources(
            LiveFeed feed,
            Commands commands,
            Devices devices,
            Readiness readiness,
            Timer commits,
            PrometheusMeterRegistry meters) {}

    /// @param loop gathers what all followers of the live events see
    /// @param eventStreamsMax followers of the live events; one more is answered 503
    public Dashboard(EventLoop loop, Sources sources, int eventStreamsMax) {
        events =
                new EventStreams(
                        loop,
                        sources.feed(),
                        sources.commands(),
                        sources.devices(),
                        new CommitTime(sources.commits()),
                        eventStreamsMax);
        StatusHandlers status =
                new StatusHandlers(
                        sources.commands(), sources.readiness(), sources.meters(), events);
        List<Route> all = new ArrayList<>(PageFiles.routes());
        all.add(Route.of(GET, "/api/v1/status", Route.Kind.DIRECT, status::status));
        all.add(Route.of(GET, "/api/v1/events", Route.Kind.DIRECT, events::follow));
        all.add(Route.of(GET, "/metrics", Route.Kind.WAITS, status::metrics));
        all.add(Route.of(GET, "/healthz", Route.Kind.DIRECT, StatusHandlers::health));
        all.add(Route.of(GET, "/readyz", Route.Kind.DIRECT, status::ready));
        routes = List.copyOf(all);
    }

    @Override
    public List<Route> routes() {
        return routes;
    }

    @Override
    public void stop() {
        events.stop();
    }
}
