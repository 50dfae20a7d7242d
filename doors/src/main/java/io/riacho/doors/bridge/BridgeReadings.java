package io.riacho.doors.bridge;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.riacho.api.readings.Failure;
import io.riacho.api.readings.Intake;
import io.riacho.api.readings.InvalidReadingException;
import io.riacho.api.readings.ReadingBatch;
import io.riacho.api.readings.Refusal;
import io.riacho.api.readings.SeriesTable;
import io.riacho.api.readings.Source;
import io.riacho.api.readings.Submission;
import io.riacho.doors.topics.PayloadDecoder;
import io.riacho.formats.RiachoTopics;
import io.riacho.formats.json.KnownSensor;
import io.riacho.limits.TokenBucket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Submits the other broker's messages as readings. [#received] belongs to one thread; receipts
/// come on others.
///
/// A payload that cannot be read is acknowledged, or it would come back for ever. The reason is logged,
/// once a second at most, and counted: the compute role may not publish on the errors topic. While the
/// disk is full a message is held and tried again; since a broker sends only so many that are not
/// acknowledged (Mosquitto 20 unless configured, EMQX 32, AWS IoT Core 100), that is bounded, and the rest
/// waits there.
final class BridgeReadings {

    private static final Logger LOG = LoggerFactory.getLogger(BridgeReadings.class);

    private static final int SENSORS_REMEMBERED_MAX = 10_000;

    private final RiachoTopics topics;
    private final Intake intake;
    private final PayloadDecoder decoder;
    private final Executor later;
    private final Counter received;
    private final Counter refused;
    private final TokenBucket logLimit = new TokenBucket(1, Duration.ofSeconds(1));

    private final Map<String, KnownSensor> sensors =
            new LinkedHashMap<>(16, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, KnownSensor> eldest) {
                    return size() > SENSORS_REMEMBERED_MAX;
                }
            };

    /// @param later runs what is to be tried again, after a moment
    BridgeReadings(
            RiachoTopics topics,
            Intake intake,
            SeriesTable series,
            Executor later,
            MeterRegistry meters) {
        this.topics = topics;
        this.intake = intake;
        this.decoder = new PayloadDecoder(series, System::currentTimeMillis);
        this.later = later;
        received =
                Counter.builder("riacho.broker.messages.received")
                        .description("Messages with readings from the other broker")
                        .register(meters);
        refused =
                Counter.builder("riacho.broker.messages.refused")
                        .description("Of these, those with a reading that cannot be stored")
                        .register(meters);
    }

    /// A message came.
    ///
    /// @param entry done once it is durable, or refused for good
    void received(String topic, byte[] payload, AcknowledgementOrder.Entry entry) {
        received.increment();
        ReadingBatch readings = new ReadingBatch();
        List<Refusal> bad = new ArrayList<>(0);
        try {
            int count = decoder.decode(payload, null, sensor(topic), readings, bad);
            if (!bad.isEmpty() && bad.size() == count) {
                throw new InvalidReadingException(Refusal.describe(bad, count, "message"));
            }
        } catch (InvalidReadingException e) {
            refused(topic, e.reason());
            entry.done();
            return;
        }
        submit(new Message(topic, readings, bad, payload.length, entry));
    }

    private void submit(Message message) {
        // A full intake answers later; until it does, the broker sends nothing more.
        intake.submit(message);
    }

    private KnownSensor sensor(String topic) throws InvalidReadingException {
        String id = topics.sensor(topic);
        if (id == null) {
            throw new InvalidReadingException("the topic names no sensor");
        }
        KnownSensor known = sensors.get(id);
        if (known == null) {
            known = decoder.sensor(id);
            sensors.put(id, known);
        }
        return known;
    }

    private void refused(String topic, String reason) {
        refused.increment();
        if (logLimit.tryTake(System.nanoTime())) {
            LOG.warn("A message on {} was refused: {}", topic, reason);
        }
    }

    /// One message on its way to the disk.
    private final class Message extends Submission {

        private final String topic;
        private final List<Refusal> bad;
        private final int payloadBytes;
        private final AcknowledgementOrder.Entry entry;

        Message(
                String topic,
                ReadingBatch readings,
                List<Refusal> bad,
                int payloadBytes,
                AcknowledgementOrder.Entry entry) {
            super(Source.MQTT, readings, payloadBytes);
            this.topic = topic;
            this.bad = bad;
            this.payloadBytes = payloadBytes;
            this.entry = entry;
        }

        @Override
        protected void durable(List<Refusal> refusals) {
            List<Refusal> all = Refusal.merged(bad, refusals);
            if (!all.isEmpty()) {
                int count = readings().size() + bad.size();
                refused(topic, Refusal.describe(all, count, "message"));
            }
            entry.done();
        }

        @Override
        protected void failed(Failure failure) {
            switch (failure.kind()) {
                case DISK_FULL ->
                        later.execute(() ->
                                submit(new Message(topic, readings(), bad, payloadBytes, entry)));
                // Not acknowledged: it comes again after the start.
                case STOPPING, BROKEN -> {}
            }
        }
    }
}
