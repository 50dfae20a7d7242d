package io.riacho.server.ingest.http;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.riacho.server.actuation.Actuation;
import io.riacho.server.actuation.Command;
import io.riacho.server.actuation.ManualOrder;
import java.util.List;
import java.util.Optional;

/// Commands: what there is, and those by hand.
final class CommandHandlers {

    static final int LISTED_DEFAULT = 50;
    private static final int LISTED_MAX = 1000;
    private static final int RETRY_AFTER_SECONDS = 5;

    private final Actuation actuation;

    CommandHandlers(Actuation actuation) {
        this.actuation = actuation;
    }

    void list(Exchange exchange) throws HttpProblemException {
        int limit = exchange.number("limit", LISTED_DEFAULT, LISTED_MAX);
        exchange.answer(answer(actuation.commands().recent(limit)));
    }

    /// Answers once the order is on disk and what follows from it is issued.
    void order(Exchange exchange) throws HttpProblemException {
        if (!exchange.contentType().equals(Json.TYPE)) {
            throw new HttpProblemException(
                    HttpResponseStatus.UNSUPPORTED_MEDIA_TYPE,
                    "an order is " + Json.TYPE + ": {\"device_id\": \"…\", \"turn_on\": true}");
        }
        ManualOrder order =
                OrderBody.read(exchange.body(), exchange.bodyLength(), actuation.groups());
        actuation
                .manual()
                .order(
                        order,
                        outcome ->
                                exchange.answer(() ->
                                        switch (outcome) {
                                            case DONE -> answer(newest(order));
                                            case TOO_MANY_DEVICES ->
                                                    Answer.problem(
                                                            HttpResponseStatus.CONFLICT,
                                                            "there are as many devices as"
                                                                    + " devices.max allows");
                                            case FAILED ->
                                                    Answer.unavailable(
                                                            "the order could not be made"
                                                                    + " durable; give it"
                                                                    + " again",
                                                            RETRY_AFTER_SECONDS);
                                        }));
    }

    private List<Command> newest(ManualOrder order) {
        return order.devices().stream()
                .map(actuation.commands()::newest)
                .flatMap(Optional::stream)
                .toList();
    }

    private static Answer answer(List<Command> commands) {
        return Answer.json(json -> {
            json.writeStartObject();
            json.writeFieldName("commands");
            EventStreams.commands(json, commands);
            json.writeEndObject();
        });
    }
}
