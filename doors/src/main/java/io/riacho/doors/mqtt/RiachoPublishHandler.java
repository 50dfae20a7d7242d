package io.riacho.doors.mqtt;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.buffer.ByteBufUtil;
import io.riacho.api.readings.Intake;
import io.riacho.api.readings.InvalidReadingException;
import io.riacho.api.readings.ReadingBatch;
import io.riacho.api.readings.Refusal;
import io.riacho.api.readings.SeriesTable;
import io.riacho.doors.topics.ErrorReports;
import io.riacho.doors.topics.PayloadDecoder;
import io.riacho.doors.topics.TopicListener;
import io.riacho.formats.RiachoTopics;
import io.riacho.formats.json.KnownSensor;
import io.riacho.mqtt.packet.ReasonCode;
import io.riacho.mqtt.spi.PublishBatch;
import io.riacho.mqtt.spi.PublishHandler;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes what clients publish: readings to the intake, what gateways say to the [TopicListener].
///
/// All readings of one read are one submission, so that a sender that pipelines pays one hand-over for
/// hundreds of messages. Several of a client's batches may be on their way; the MQTT server answers them
/// in order. On the event loops of that server.
final class RiachoPublishHandler implements PublishHandler {

    private static final Logger LOG = LoggerFactory.getLogger(RiachoPublishHandler.class);

    /// What a topic means, remembered with the topic.
    private sealed interface Use {}

    private record Data(KnownSensor sensor) implements Use {}

    private record NoSensor(String reason) implements Use {}

    private record Heard(RiachoTopics.Kind kind) implements Use {}

    /// The sender meant a data topic, and wrote another.
    private record NearMiss() implements Use {}

    private record Passed() implements Use {}

    private static final Passed PASSED = new Passed();

    /// What one event loop works with.
    private static final class LoopState {
        private final PayloadDecoder decoder;
        private final List<Refusal> refused = new ArrayList<>(0);

        LoopState(PayloadDecoder decoder) {
            this.decoder = decoder;
        }
    }

    private final RiachoTopics topics;
    private final Intake intake;
    private final SeriesTable table;
    private final TopicListener listener;
    private final ErrorReports reports;
    private final LongSupplier clockMillis;
    private final Counter taken;
    private final Counter refusedMessages;
    private final Counter nearMisses;

    /// There are as many as event loops.
    private final ConcurrentHashMap<Thread, LoopState> loops = new ConcurrentHashMap<>();

    RiachoPublishHandler(
            RiachoTopics topics,
            Intake intake,
            SeriesTable table,
            TopicListener listener,
            ErrorReports reports,
            LongSupplier clockMillis,
            MeterRegistry meters) {
        this.clockMillis = clockMillis;
        this.topics = topics;
        this.intake = intake;
        this.table = table;
        this.listener = listener;
        this.reports = reports;
        taken =
                Counter.builder("riacho.mqtt.data.messages")
                        .description("Messages on data topics")
                        .register(meters);
        refusedMessages =
                Counter.builder("riacho.mqtt.data.messages.refused")
                        .description("Those that were refused, whole or in part")
                        .register(meters);
        nearMisses =
                Counter.builder("riacho.mqtt.data.messages.missed")
                        .description("Messages on topics that are nearly data topics: no readings")
                        .register(meters);
    }

    @Override
    public boolean offer(PublishBatch batch) {
        LoopState loop =
                loops.computeIfAbsent(
                        Thread.currentThread(),
                        _ -> new LoopState(new PayloadDecoder(table, clockMillis)));
        loop.decoder.begin();
        int size = batch.size();
        BatchAnswer answer = new BatchAnswer(batch);
        ReadingBatch readings = null;
        int[] readingsUpTo = null;
        Map<Integer, List<Refusal>> partlyBad = null;
        int data = 0;
        for (int i = 0; i < size; i++) {
            switch (use(batch, i, loop.decoder)) {
                case Data(KnownSensor sensor) -> {
                    data++;
                    if (readings == null) {
                        readings = new ReadingBatch(size - i);
                        readingsUpTo = new int[size];
                    }
                    List<Refusal> bad = read(batch, i, sensor, loop, readings);
                    if (!bad.isEmpty()) {
                        partlyBad = partlyBad == null ? new HashMap<>() : partlyBad;
                        partlyBad.put(i, bad);
                    }
                }
                case NoSensor(String reason) -> {
                    data++;
                    refuse(batch, i, reason);
                }
                case Heard(RiachoTopics.Kind kind) -> {
                    answer.await();
                    listener.received(
                            batch.client(),
                            kind,
                            batch.topic(i),
                            ByteBufUtil.getBytes(batch.payload(i)),
                            answer);
                }
                case NearMiss _ -> nearMisses.increment();
                case Passed _ -> {}
            }
            if (readings != null && readingsUpTo != null) {
                readingsUpTo[i] = readings.size();
            }
        }
        taken.increment(data);
        boolean room;
        if (readings != null && readingsUpTo != null && !readings.isEmpty()) {
            answer.await();
            room =
                    intake.submit(
                            new MessageSubmission(
                                    this,
                                    batch,
                                    answer,
                                    readings,
                                    readingsUpTo,
                                    partlyBad == null ? Map.of() : partlyBad));
        } else {
            // Messages that wait in sessions go to the disk, too.
            room = !intake.isFull();
        }
        answer.durable();
        return room;
    }

    @Override
    public void whenReady(Runnable resume) {
        intake.whenReady(resume);
    }

    private Use use(PublishBatch batch, int message, PayloadDecoder decoder) {
        if (batch.retain(message) && batch.payloadLength(message) == 0) {
            // No reading, nor a report: it clears what is retained there (MQTT 5.0, 3.3.1.3).
            return PASSED;
        }
        if (batch.topicAttachment(message) instanceof Use known) {
            return known;
        }
        Use use = use(batch.topic(message), decoder);
        batch.attachToTopic(message, use);
        return use;
    }

    private Use use(String topic, PayloadDecoder decoder) {
        RiachoTopics.Kind kind = topics.kind(topic);
        return switch (kind) {
            case DATA -> data(topics.sensor(topic), decoder);
            case STATUS, ERRORS, DIAGNOSTICS -> new Heard(kind);
            case COMMAND, UPDATES -> PASSED;
            case OTHER -> {
                String meant = nearly(topic);
                if (meant == null) {
                    yield PASSED;
                }
                LOG.warn(
                        "Messages on '{}' are no readings: the topic of readings is '{}'",
                        topic,
                        meant);
                yield new NearMiss();
            }
        };
    }

    /// The data topic that a topic would be without its slashes at the ends and in lower case, or null.
    private @Nullable String nearly(String topic) {
        int from = 0;
        int to = topic.length();
        while (from < to && topic.charAt(from) == '/') {
            from++;
        }
        while (to > from && topic.charAt(to - 1) == '/') {
            to--;
        }
        String plain = topic.substring(from, to);
        RiachoTopics lower = new RiachoTopics(topics.root().toLowerCase(Locale.ROOT));
        String sensor = lower.sensor(plain.toLowerCase(Locale.ROOT));
        if (sensor == null) {
            return null;
        }
        String[] levels = plain.split("/", -1);
        return topics.data(levels[levels.length - 2]);
    }

    private static Use data(@Nullable String sensor, PayloadDecoder decoder) {
        try {
            return new Data(decoder.sensor(sensor == null ? "" : sensor));
        } catch (InvalidReadingException e) {
            return new NoSensor(e.reason());
        }
    }

    /// Adds a message's good readings. Of one without any the sender hears at once.
    ///
    /// @return the bad ones beside good ones, which may not be all: the intake refuses, too
    private List<Refusal> read(
            PublishBatch batch,
            int message,
            KnownSensor sensor,
            LoopState loop,
            ReadingBatch readings) {
        List<Refusal> bad = loop.refused;
        try {
            int count = loop.decoder.decode(batch, message, sensor, readings, bad);
            if (bad.isEmpty()) {
                return List.of();
            }
            List<Refusal> all = List.copyOf(bad);
            bad.clear();
            if (all.size() < count) {
                return all;
            }
            refuse(batch, message, Refusal.describe(all, count, "message"));
        } catch (InvalidReadingException e) {
            refuse(batch, message, e.reason());
        }
        return List.of();
    }

    /// Refuses a message for its payload: it reaches no subscriber, though good readings beside bad ones
    /// are stored, and the reason goes to the errors topic. By whoever owns the batch.
    void refuse(PublishBatch batch, int message, String reason) {
        batch.refuse(message, ReasonCode.PAYLOAD_FORMAT_INVALID, reason);
        refusedMessages.increment();
        reports.report(batch, message, reason);
    }
}
