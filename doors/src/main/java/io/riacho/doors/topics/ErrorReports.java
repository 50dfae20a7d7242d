package io.riacho.doors.topics;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.buffer.ByteBufUtil;
import io.riacho.formats.json.Rfc3339;
import io.riacho.mqtt.spi.PublishBatch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/// Publishes each refused payload on the errors topic, as JSON: who sent it, on which topic, why it was
/// refused, and the bytes. Safe for use by many threads.
///
/// A sender that is broken sends many. Beyond [#REPORTS_PER_SECOND_MAX] they are counted only, and the
/// next report says how many there were.
public final class ErrorReports {

    public static final int REPORTS_PER_SECOND_MAX = 100;

    private static final String ORIGIN_FIELD = "origin";
    private static final String ORIGIN = "riacho";

    /// Bytes of the payload in a report; of a longer one its beginning.
    static final int PAYLOAD_BYTES_MAX = 1024;

    /// Characters of the topic in a report.
    static final int TOPIC_CHARS_MAX = 512;

    private static final JsonFactory JSON = new JsonFactory();

    private final Consumer<byte[]> publisher;
    private final LongSupplier clockMillis;
    private final Counter published;
    private final Counter suppressed;

    private long second;
    private int inSecond;
    private long notReported;

    /// @param publisher publishes a report on the errors topic; must not block
    /// @param clockMillis ms since 1970 UTC
    public ErrorReports(
            Consumer<byte[]> publisher, LongSupplier clockMillis, MeterRegistry meters) {
        this.publisher = publisher;
        this.clockMillis = clockMillis;
        published =
                Counter.builder("riacho.mqtt.error.reports")
                        .description("Refused payloads that went to the errors topic")
                        .register(meters);
        suppressed =
                Counter.builder("riacho.mqtt.error.reports.suppressed")
                        .description("Refused payloads that were only counted")
                        .register(meters);
    }

    /// Whether a report is one of Riacho's own, which came back over some other broker. MQTT 3.1.1 does not
    /// tell who published a message.
    public static boolean isOwn(JsonNode report) {
        return ORIGIN.equals(report.path(ORIGIN_FIELD).textValue());
    }

    public void report(PublishBatch batch, int message, String reason) {
        long now = clockMillis.getAsLong();
        long before = admit(TimeUnit.MILLISECONDS.toSeconds(now));
        if (before < 0) {
            suppressed.increment();
            return;
        }
        published.increment();
        publisher.accept(json(batch, message, reason, now, before));
    }

    /// How many reports were suppressed since the last one, or -1 when this one is, too.
    private synchronized long admit(long nowSeconds) {
        if (nowSeconds != second) {
            second = nowSeconds;
            inSecond = 0;
        }
        if (inSecond >= REPORTS_PER_SECOND_MAX) {
            notReported++;
            return -1;
        }
        inSecond++;
        long before = notReported;
        notReported = 0;
        return before;
    }

    private static byte[] json(
            PublishBatch batch, int message, String reason, long nowMillis, long before) {
        String topic = batch.topic(message);
        int length = batch.payloadLength(message);
        byte[] payload =
                ByteBufUtil.getBytes(
                        batch.buffer(message),
                        batch.payloadStart(message),
                        Math.min(length, PAYLOAD_BYTES_MAX));
        ByteArrayOutputStream out = new ByteArrayOutputStream(256 + 2 * payload.length);
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField(ORIGIN_FIELD, ORIGIN);
            json.writeStringField("at", Rfc3339.format(TimeUnit.MILLISECONDS.toMicros(nowMillis)));
            json.writeStringField("sender", batch.client().id());
            json.writeStringField(
                    "topic",
                    topic.length() <= TOPIC_CHARS_MAX
                            ? topic
                            : topic.substring(0, TOPIC_CHARS_MAX));
            json.writeStringField("reason", reason);
            json.writeNumberField("payload_bytes", length);
            json.writeBinaryField("payload", payload);
            if (before > 0) {
                json.writeNumberField("suppressed_before", before);
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory failed", e);
        }
        return out.toByteArray();
    }
}
