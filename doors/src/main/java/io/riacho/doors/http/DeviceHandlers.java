package io.riacho.doors.http;

import com.fasterxml.jackson.core.JsonGenerator;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.riacho.api.commands.Command;
import io.riacho.api.commands.CommandServices;
import io.riacho.api.commands.Overrides.ActiveOverride;
import io.riacho.api.commands.Updates;
import io.riacho.api.devices.Device;
import io.riacho.formats.json.CommandJson;
import io.riacho.formats.json.DeviceJson;
import io.riacho.formats.json.Rfc3339;
import io.riacho.http.Exchange;
import io.riacho.http.HttpProblemException;
import io.riacho.http.Response;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/// Lists devices as they are, and publishes updates for all of them.
final class DeviceHandlers {

    private static final int LISTED_DEFAULT = 1_000;
    private static final int LISTED_MAX = 10_000;
    private static final int RETRY_AFTER_SECONDS = 5;

    /// The largest message of AWS IoT Core, so that an update passes any broker.
    static final int UPDATE_BYTES_MAX = 128 << 10;

    private final CommandServices services;

    DeviceHandlers(CommandServices services) {
        this.services = services;
    }

    /// All devices that connect, were commanded, or are overridden by hand, by id. On a worker: there may be
    /// many.
    void list(Exchange exchange) throws HttpProblemException {
        int limit = exchange.number("limit", LISTED_DEFAULT, LISTED_MAX);
        String after = exchange.parameter("after").orElse("");
        TreeSet<String> ids = new TreeSet<>();
        services.devices().all().forEach(each -> ids.add(each.id()));
        services.commands().newestOfAll().forEach(each -> ids.add(each.device()));
        services.overrides().active().forEach(each -> ids.add(each.device()));
        List<String> listed = ids.tailSet(after, false).stream().limit(limit).toList();
        boolean truncated = !listed.isEmpty() && !listed.getLast().equals(ids.last());
        exchange.answer(
                Response.json(json -> {
                    json.writeStartObject();
                    json.writeArrayFieldStart("devices");
                    for (String each : listed) {
                        device(json, each);
                    }
                    json.writeEndArray();
                    json.writeBooleanField("truncated", truncated);
                    json.writeEndObject();
                }));
    }

    private void device(JsonGenerator json, String id) throws IOException {
        Device device = services.devices().device(id).orElse(null);
        Command command = services.commands().newest(id).orElse(null);
        ActiveOverride override = services.overrides().active(id).orElse(null);
        json.writeStartObject();
        json.writeStringField("device_id", id);
        if (device == null) {
            json.writeNullField("presence");
        } else {
            DeviceJson.connection(json, services.devices(), device);
            DeviceJson.traffic(json, services.devices().traffic(id).orElse(null));
        }
        json.writeFieldName("command");
        if (command == null) {
            json.writeNull();
        } else {
            CommandJson.withState(json, command);
        }
        json.writeFieldName("held");
        if (override == null) {
            json.writeNull();
        } else {
            json.writeStartObject();
            json.writeBooleanField("turn_on", override.turnOn());
            json.writeStringField("since", Rfc3339.format(override.sinceMicros()));
            json.writeStringField(
                    "until",
                    override.untilMicros() == ActiveOverride.UNTIL_CLEARED
                            ? null
                            : Rfc3339.format(override.untilMicros()));
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    /// Publishes the body to all gateways as it is.
    void update(Exchange exchange) throws HttpProblemException {
        if (exchange.bodyLength() == 0) {
            throw HttpProblemException.badRequest("an update is not empty");
        }
        if (exchange.bodyLength() > UPDATE_BYTES_MAX) {
            throw new HttpProblemException(
                    HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE,
                    "an update has at most " + UPDATE_BYTES_MAX + " bytes; send where to get it");
        }
        byte[] update = Arrays.copyOf(exchange.body(), exchange.bodyLength());
        String contentType = exchange.headers().get(HttpHeaderNames.CONTENT_TYPE);
        var _ =
                services.updates()
                        .publish(update, contentType)
                        .thenAccept(sent -> exchange.answer(answer(sent)));
    }

    private static Response answer(Updates.Sent sent) {
        if (!sent.door() && sent.broker() == null) {
            return Response.problem(
                    HttpResponseStatus.CONFLICT, "no MQTT port is open, so there are no gateways");
        }
        if (sent.refusal() != null) {
            return Response.unavailable(
                    "the update did not reach "
                            + sent.broker()
                            + ": "
                            + sent.refusal()
                            + (sent.door()
                                    ? "; it went to " + sent.subscribers() + " subscribers here"
                                    : ""),
                    RETRY_AFTER_SECONDS);
        }
        return Response.json(json -> {
            json.writeStartObject();
            json.writeNumberField("subscribers", sent.subscribers());
            if (sent.broker() != null) {
                json.writeStringField("broker", sent.broker());
            }
            json.writeEndObject();
        });
    }
}
