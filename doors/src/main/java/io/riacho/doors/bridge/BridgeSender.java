package io.riacho.doors.bridge;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.riacho.doors.bridge.OutboundSource.Publication;
import io.riacho.formats.RiachoTopics;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Publishes what [OutboundSource] has, at the pace that the broker allows: so many at once that it has not
/// acknowledged, so many messages and so many bytes a second. What is beyond that waits where it comes from. On
/// the bridge's thread, but for [#wake].
final class BridgeSender {

    private static final Logger LOG = LoggerFactory.getLogger(BridgeSender.class);

    /// The connection.
    interface Connection {
        /// Whether it is connected and the topics are subscribed.
        boolean isUp();

        /// Publishes with QoS 1; completes by PUBACK, on any thread.
        CompletableFuture<?> publish(String topic, byte[] payload);
    }

    /// The bridge's thread.
    interface Later {
        /// Runs it there; never, once the bridge is closed.
        void run(Runnable task, long afterNanos);
    }

    private final BridgeOptions options;
    private final RiachoTopics topics;
    private final OutboundSource outbound;
    private final Connection connection;
    private final Later later;
    private final LongSupplier clockNanos;
    private final PublishRateLimiter rateLimiter;
    private final Counter acknowledged;
    private final AtomicBoolean awake = new AtomicBoolean();

    /// Sizes of those that wait for their PUBACK.
    private final Deque<Integer> inFlight = new ArrayDeque<>();

    private volatile int inFlightCount;
    private boolean paused;

    /// @param clockNanos only goes forward
    BridgeSender(
            BridgeOptions options,
            RiachoTopics topics,
            OutboundSource outbound,
            Connection connection,
            Later later,
            LongSupplier clockNanos,
            MeterRegistry meters) {
        this.options = options;
        this.topics = topics;
        this.outbound = outbound;
        this.connection = connection;
        this.later = later;
        this.clockNanos = clockNanos;
        this.rateLimiter =
                new PublishRateLimiter(
                        options.publishesPerSecondMax(),
                        options.publishBytesPerSecondMax(),
                        options.payloadBytesMax() + BridgeOptions.TOPIC_BYTES_MAX);
        acknowledged =
                Counter.builder("riacho.broker.published")
                        .description("Commands and updates that the other broker acknowledged")
                        .register(meters);
        Gauge.builder("riacho.broker.published.unacknowledged", this, s -> s.inFlightCount)
                .description("Commands and updates on their way to the other broker")
                .register(meters);
    }

    /// There may be something to send. Any thread.
    void wake() {
        if (awake.compareAndSet(false, true)) {
            later.run(
                    () -> {
                        awake.set(false);
                        send();
                    },
                    0);
        }
    }

    /// The connection is there again: the client sends again by itself what had no PUBACK [MQTT-4.4.0-1].
    void connected() {
        long now = clockNanos.getAsLong();
        inFlight.forEach(bytes -> rateLimiter.took(now, bytes));
        outbound.connected();
        send();
    }

    private void send() {
        while (!paused && connection.isUp() && inFlight.size() < options.publishesInFlightMax()) {
            long now = clockNanos.getAsLong();
            long wait = rateLimiter.waitNanos(now);
            if (wait > 0) {
                paused = true;
                later.run(this::resume, wait);
                return;
            }
            Publication next = outbound.next();
            if (next == null) {
                return;
            }
            String refusal = refusal(next);
            if (refusal == null) {
                publish(next, now);
            } else {
                LOG.warn("Nothing is published on {}: {}", next.topic(), refusal);
                next.failed(refusal);
            }
        }
    }

    private void resume() {
        paused = false;
        send();
    }

    private void publish(Publication next, long nowNanos) {
        Integer bytes = next.payload().length + utf8Length(next.topic());
        rateLimiter.took(nowNanos, bytes);
        inFlight.add(bytes);
        inFlightCount = inFlight.size();
        var _ =
                connection
                        .publish(next.topic(), next.payload())
                        .whenComplete((_, failure) ->
                                later.run(() -> published(next, bytes, failure), 0));
    }

    private void published(Publication publication, Integer bytes, @Nullable Throwable failure) {
        inFlight.removeFirstOccurrence(bytes);
        inFlightCount = inFlight.size();
        if (failure == null) {
            acknowledged.increment();
            publication.acknowledged();
        } else {
            LOG.info("Nobody knows what became of {}: {}", publication.topic(), failure.toString());
            publication.failed(String.valueOf(failure.getMessage()));
        }
        send();
    }

    /// Brokers in the cloud disconnect whoever publishes what a policy or a limit does not allow.
    private @Nullable String refusal(Publication next) {
        boolean allowed =
                switch (topics.kind(next.topic())) {
                    case COMMAND, UPDATES -> true;
                    case DATA, STATUS, ERRORS, DIAGNOSTICS, OTHER -> false;
                };
        if (!allowed) {
            return "compute does not publish there";
        }
        if (next.payload().length > options.payloadBytesMax()) {
            return next.payload().length
                    + " bytes; broker.payload-bytes-max is "
                    + options.payloadBytesMax();
        }
        return utf8Length(next.topic()) > BridgeOptions.TOPIC_BYTES_MAX
                ? "a topic has at most " + BridgeOptions.TOPIC_BYTES_MAX + " bytes"
                : null;
    }

    private static int utf8Length(String text) {
        return text.getBytes(StandardCharsets.UTF_8).length;
    }
}
