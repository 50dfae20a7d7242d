package io.riacho.dashboard;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.riacho.api.commands.Command;
import io.riacho.api.commands.Commands;
import io.riacho.api.health.Readiness;
import io.riacho.formats.json.CommandJson;
import io.riacho.formats.json.JsonWriting;
import io.riacho.formats.json.Rfc3339;
import io.riacho.http.Exchange;
import io.riacho.http.Response;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Answers requests for the status, which is what the page paints first, for metrics and for
/// health.
final class StatusHandlers {

    /// Commands in the status.
    private static final int COMMANDS_LISTED = 50;

    private static final int DEVICES_MAX = 1000;

    private final Commands commands;
    private final Readiness readiness;
    private final PrometheusMeterRegistry meters;
    private final EventStreams events;
    private final Instant startedAt = Instant.now();

    StatusHandlers(
            Commands commands,
            Readiness readiness,
            PrometheusMeterRegistry meters,
            EventStreams events) {
        this.commands = commands;
        this.readiness = readiness;
        this.meters = meters;
        this.events = events;
    }

    /// The process answers.
    static void health(Exchange exchange) {
        exchange.answer(Response.text(HttpResponseStatus.OK, "text/plain", "ok\n"));
    }

    /// Readings can be made durable.
    void ready(Exchange exchange) {
        Readiness.State state = readiness.state();
        exchange.answer(
                state.ready()
                        ? Response.text(HttpResponseStatus.OK, "text/plain", "ready\n")
                        : Response.unavailable(state.reason(), 5));
    }

    void metrics(Exchange exchange) {
        exchange.answer(
                Response.text(
                        HttpResponseStatus.OK,
                        "text/plain; version=0.0.4; charset=utf-8",
                        meters.scrape()));
    }

    void status(Exchange exchange) {
        events.snapshot(tiles -> exchange.answer(() -> status(tiles)));
    }

    private Response status(List<LiveBoard.Tile> tiles) {
        Readiness.State state = readiness.state();
        List<LiveBoard.Tile> series = new ArrayList<>(tiles);
        series.sort(
                Comparator.comparing((LiveBoard.Tile each) -> each.latest().sensor())
                        .thenComparing(each -> each.latest().metric()));
        List<Command> recent = commands.recent(DEVICES_MAX);
        return Response.json(json -> {
            json.writeStartObject();
            json.writeBooleanField("ready", state.ready());
            json.writeStringField("reason", state.reason());
            json.writeStringField("started_at", JsonWriting.text(startedAt));
            json.writeStringField("now", JsonWriting.text(Instant.now()));
            events.rates(json);
            json.writeNumberField("history_points", LiveBoard.HISTORY_POINTS);
            json.writeArrayFieldStart("series");
            for (LiveBoard.Tile each : series) {
                json.writeStartObject();
                EventStreams.reading(json, each.latest());
                json.writeArrayFieldStart("history");
                for (double value : each.history()) {
                    JsonWriting.number(json, value);
                }
                json.writeEndArray();
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeArrayFieldStart("devices");
            for (Command newest : newestByDevice(recent).values()) {
                json.writeStartObject();
                json.writeStringField("device_id", newest.device());
                json.writeBooleanField("on", newest.fields().turnOn());
                json.writeStringField("since", Rfc3339.format(newest.fields().issuedAtMicros()));
                json.writeStringField("rule", newest.fields().rule());
                json.writeStringField("sensor_id", newest.fields().sensor());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeFieldName("commands");
            CommandJson.list(json, recent.subList(0, Math.min(COMMANDS_LISTED, recent.size())));
            json.writeEndObject();
        });
    }

    private static Map<String, Command> newestByDevice(List<Command> newestFirst) {
        Map<String, Command> newest = new LinkedHashMap<>();
        newestFirst.forEach(each -> newest.putIfAbsent(each.device(), each));
        return newest;
    }
}
