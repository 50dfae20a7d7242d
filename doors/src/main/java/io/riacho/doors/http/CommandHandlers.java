package io.riacho.doors.http;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.riacho.api.commands.Command;
import io.riacho.api.commands.CommandServices;
import io.riacho.api.commands.OverrideRequest;
import io.riacho.formats.json.CommandJson;
import io.riacho.formats.json.JsonWriting;
import io.riacho.http.Exchange;
import io.riacho.http.HttpProblemException;
import io.riacho.http.Response;
import java.util.List;
import java.util.Optional;

/// Lists commands, and takes overrides by hand.
final class CommandHandlers {

    static final int LISTED_DEFAULT = 50;
    private static final int LISTED_MAX = 1000;
    private static final int RETRY_AFTER_SECONDS = 5;

    private final CommandServices services;

    CommandHandlers(CommandServices services) {
        this.services = services;
    }

    void list(Exchange exchange) throws HttpProblemException {
        int limit = exchange.number("limit", LISTED_DEFAULT, LISTED_MAX);
        exchange.answer(answer(services.commands().recent(limit)));
    }

    /// Answers once the override is on disk and what follows from it is issued.
    void override(Exchange exchange) throws HttpProblemException {
        if (!exchange.contentType().equals(JsonWriting.TYPE)) {
            throw new HttpProblemException(
                    HttpResponseStatus.UNSUPPORTED_MEDIA_TYPE,
                    "an order is "
                            + JsonWriting.TYPE
                            + ": {\"device_id\": \"…\", \"turn_on\": true}");
        }
        OverrideRequest order =
                OverrideBody.read(exchange.body(), exchange.bodyLength(), services.groups());
        services.overrides()
                .request(
                        order,
                        outcome ->
                                exchange.answer(() ->
                                        switch (outcome) {
                                            case DONE -> answer(newest(order));
                                            case TOO_MANY_DEVICES ->
                                                    Response.problem(
                                                            HttpResponseStatus.CONFLICT,
                                                            "there are as many devices as"
                                                                    + " devices.max allows");
                                            case FAILED ->
                                                    Response.unavailable(
                                                            "the order could not be made"
                                                                    + " durable; give it"
                                                                    + " again",
                                                            RETRY_AFTER_SECONDS);
                                        }));
    }

    private List<Command> newest(OverrideRequest order) {
        return order.devices().stream()
                .map(services.commands()::newest)
                .flatMap(Optional::stream)
                .toList();
    }

    private static Response answer(List<Command> commands) {
        return Response.json(json -> {
            json.writeStartObject();
            json.writeFieldName("commands");
            CommandJson.list(json, commands);
            json.writeEndObject();
        });
    }
}
