package io.riacho.doors.http;

import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.riacho.api.readings.Failure;
import io.riacho.api.readings.Intake;
import io.riacho.api.readings.InvalidReadingException;
import io.riacho.api.readings.ReadingBatch;
import io.riacho.api.readings.Refusal;
import io.riacho.api.readings.SeriesTable;
import io.riacho.api.readings.Source;
import io.riacho.api.readings.Submission;
import io.riacho.formats.json.JsonReadings;
import io.riacho.formats.json.JsonWriting;
import io.riacho.formats.json.SenmlReadings;
import io.riacho.http.BodyBudget;
import io.riacho.http.Exchange;
import io.riacho.http.Handler;
import io.riacho.http.HttpProblemException;
import io.riacho.http.Inflated;
import io.riacho.http.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/// `POST /api/v1/readings`: stores what is good, answers when it is durable, and lists what is bad.
final class ReadingsHandler implements Handler {

    private static final int BYTES_PER_READING_LIKELY = 64;
    private static final String SENML_TYPE = "application/senml+json";

    private final Intake intake;
    private final SeriesTable table;
    private final BodyBudget bodies;
    private final int bodyBytesMax;

    /// One for each event loop; a worker makes its own.
    private final ConcurrentHashMap<EventLoop, JsonReadings> codecs = new ConcurrentHashMap<>();

    ReadingsHandler(Intake intake, SeriesTable table, BodyBudget bodies, int bodyBytesMax) {
        this.intake = intake;
        this.table = table;
        this.bodies = bodies;
        this.bodyBytesMax = bodyBytesMax;
    }

    @Override
    public void handle(Exchange exchange) throws Exception {
        boolean senml = isSenml(exchange.contentType());
        String encoding =
                exchange.headers()
                        .get(HttpHeaderNames.CONTENT_ENCODING, "identity")
                        .strip()
                        .toLowerCase(Locale.ROOT);
        switch (encoding) {
            case "identity" -> store(exchange, exchange.body(), exchange.bodyLength(), senml);
            case "gzip", "x-gzip" -> {
                try (Inflated inflated =
                        Inflated.gzip(
                                exchange.body(), exchange.bodyLength(), bodyBytesMax, bodies)) {
                    store(exchange, inflated.bytes(), inflated.length(), senml);
                }
            }
            default ->
                    throw new HttpProblemException(
                            Response.problem(
                                            HttpResponseStatus.UNSUPPORTED_MEDIA_TYPE,
                                            "the content encoding '"
                                                    + encoding
                                                    + "' is not known; send gzip, or none")
                                    .with("accept-encoding", "gzip"));
        }
    }

    private static boolean isSenml(String type) throws HttpProblemException {
        if (!type.equals(JsonWriting.TYPE) && !type.equals(SENML_TYPE)) {
            throw new HttpProblemException(
                    Response.problem(
                                    HttpResponseStatus.UNSUPPORTED_MEDIA_TYPE,
                                    (type.isEmpty()
                                                    ? "the content type is missing"
                                                    : "the content type '"
                                                            + type
                                                            + "' is not known here")
                                            + "; send Content-Type: application/json")
                            .with("accept-post", JsonWriting.TYPE + ", " + SENML_TYPE));
        }
        return type.equals(SENML_TYPE);
    }

    private void store(Exchange exchange, byte[] body, int length, boolean senml)
            throws HttpProblemException {
        ReadingBatch readings = new ReadingBatch(length / BYTES_PER_READING_LIKELY);
        List<Refusal> refused = new ArrayList<>(0);
        try {
            if (senml || SenmlReadings.isLikely(body, 0, length)) {
                new SenmlReadings(table, ReadingsHandler::nowMicros)
                        .decode(body, 0, length, null, readings, refused);
            } else {
                codec(exchange.channel().eventLoop()).decode(body, 0, length, readings, refused);
            }
        } catch (InvalidReadingException e) {
            throw HttpProblemException.badRequest(e.reason());
        }
        if (readings.isEmpty()) {
            exchange.answer(stored(0, refused));
        } else {
            // Whether there is still room matters to the next request, which asks the gate.
            boolean _ = intake.submit(new Stored(exchange, readings, length, refused));
        }
    }

    private JsonReadings codec(EventLoop loop) {
        return loop.inEventLoop()
                ? codecs.computeIfAbsent(loop, _ -> new JsonReadings(table))
                : new JsonReadings(table);
    }

    private static long nowMicros() {
        return TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis());
    }

    /// Readings on their way to the disk.
    private static final class Stored extends Submission {
        private final Exchange exchange;
        private final List<Refusal> refused;

        /// @param refused what was bad before the intake, by its place in the body
        Stored(Exchange exchange, ReadingBatch readings, int bytes, List<Refusal> refused) {
            super(Source.HTTP, readings, bytes);
            this.exchange = exchange;
            this.refused = refused;
        }

        @Override
        protected void durable(List<Refusal> refusals) {
            int stored = readings().size() - refusals.size();
            exchange.answer(() -> stored(stored, Refusal.merged(refused, refusals)));
        }

        @Override
        protected void failed(Failure failure) {
            exchange.answer(
                    switch (failure.kind()) {
                        case DISK_FULL -> Response.unavailable(failure.reason(), 30);
                        case STOPPING, BROKEN -> Response.unavailable(failure.reason(), 5);
                    });
        }
    }

    private static Response stored(int stored, List<Refusal> refused) {
        byte[] body =
                JsonWriting.bytes(json -> {
                    json.writeStartObject();
                    json.writeNumberField("stored", stored);
                    if (!refused.isEmpty()) {
                        json.writeArrayFieldStart("rejected");
                        for (Refusal each : refused) {
                            json.writeStartObject();
                            json.writeNumberField("index", each.index());
                            json.writeStringField("reason", each.reason());
                            json.writeEndObject();
                        }
                        json.writeEndArray();
                    }
                    json.writeEndObject();
                });
        return Response.json(
                refused.isEmpty() ? HttpResponseStatus.OK : HttpResponseStatus.BAD_REQUEST, body);
    }
}
