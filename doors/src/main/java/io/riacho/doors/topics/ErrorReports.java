package io.riacho.doors.topics;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.buffer.ByteBufUtil;
import io.riacho.formats.json.JsonWriting;
import io.riacho.formats.json.Rfc3339;
import io.riacho.limits.TokenBucket;
import io.riacho.mqtt.spi.PublishBatch;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/// Publishes each refused payload on the errors topic, as JSON: who sent it, on which topic, why it was
/// refused, and the bytes. Safe for use by many threads.
///
/// A sender that is broken sends many. Beyond [#REPORTS_PER_SECOND_MAX], and as many at once, they are counted only, and the
/// next report says how many there were.
public final class ErrorReports {

    public static final int REPORTS_PER_SECOND_MAX = 100;

    private static final String ORIGIN_FIELD = "origin";
    private static final String ORIGIN = "riacho";

    /// Bytes of the payload in a report; of a longer one its beginning.
    static final int PAYLOAD_BYTES_MAX = 1024;

    /// Characters of the topic in a report.
    static final int TOPIC_CHARS_MAX = 512;

    private final Consumer<byte[]> publisher;
    private final LongSupplier clockMillis;
    private final Counter published;
    private final Counter suppressed;

    private final TokenBucket limit =
            new TokenBucket(
                    REPORTS_PER_SECOND_MAX,
                    Duration.ofSeconds(1).dividedBy(REPORTS_PER_SECOND_MAX));

    private final AtomicLong notReported = new AtomicLong();

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
        if (!limit.tryTake(TimeUnit.MILLISECONDS.toNanos(now))) {
            notReported.incrementAndGet();
            suppressed.increment();
            return;
        }
        long before = notReported.getAndSet(0);
        published.increment();
        publisher.accept(json(batch, message, reason, now, before));
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
        return JsonWriting.bytes(json -> {
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
        });
    }
}
