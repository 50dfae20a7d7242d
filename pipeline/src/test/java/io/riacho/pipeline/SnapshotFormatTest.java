package io.riacho.pipeline;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.riacho.api.commands.OverrideRequest;
import io.riacho.api.devices.Connection;
import io.riacho.api.devices.Device;
import io.riacho.api.devices.Traffic;
import io.riacho.api.readings.Failure;
import io.riacho.api.readings.ReadingBatch;
import io.riacho.api.readings.Refusal;
import io.riacho.api.readings.SeriesTable;
import io.riacho.api.readings.Source;
import io.riacho.api.readings.Submission;
import io.riacho.core.rules.RuleSet;
import io.riacho.core.stream.StreamOptions;
import io.riacho.disk.RealDisk;
import io.riacho.journal.JournalOptions;
import io.riacho.lake.LakeOptions;
import io.riacho.mqtt.packet.PublishProperties;
import io.riacho.mqtt.packet.Qos;
import io.riacho.mqtt.packet.SubscriptionOptions;
import io.riacho.mqtt.session.Message;
import io.riacho.mqtt.session.SessionChange;
import io.riacho.mqtt.session.SessionImage;
import io.riacho.mqtt.session.SessionStore;
import io.riacho.pipeline.stages.PipelineOptions;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Snapshots of each version that there was, as files that are never written again.
class SnapshotFormatTest {

    private static final long NOW_MICROS = 1_763_668_800_000_000L;

    @TempDir Path directory;

    @Test
    void theBytesAreThoseOfVersionFive() throws Exception {
        try (Pipeline pipeline = open()) {
            fill(pipeline);
            assertThat(pipeline.fold().snapshot()).isEqualTo(golden("snapshot-v5.state"));
        }
    }

    @Test
    void versionFiveIsReadBack() throws Exception {
        try (Pipeline pipeline = open()) {
            pipeline.fold().restore(golden("snapshot-v5.state"));
            assertAll(pipeline);
            assertThat(pipeline.commands().recent(10))
                    .extracting(each -> each.fields().turnOn())
                    .containsExactly(false, true);
            assertThat(pipeline.fold().snapshot()).isEqualTo(golden("snapshot-v5.state"));
        }
    }

    @Test
    void versionFourIsReadAsOneWhoseRecentCommandsAreTheNewest() throws Exception {
        try (Pipeline pipeline = open()) {
            pipeline.fold().restore(golden("snapshot-v4.state"));
            assertAll(pipeline);
            assertThat(pipeline.commands().recent(10))
                    .singleElement()
                    .satisfies(each -> assertThat(each.device()).isEqualTo("pump"));
        }
    }

    private static void assertAll(Pipeline pipeline) {
        assertReadings(pipeline);
        assertThat(pipeline.devices().all())
                .extracting(device -> device.id() + " " + device.online())
                .containsExactly("gateway-1 true", "old false");
        assertThat(pipeline.manualCommands().active("pump")).isPresent();
    }

    @Test
    void versionThreeIsReadAsOneWithoutDevicesThatConnect() throws Exception {
        try (Pipeline pipeline = open()) {
            pipeline.fold().restore(golden("snapshot-v3.state"));
            assertReadings(pipeline);
            assertThat(pipeline.devices().all()).isEmpty();
            SessionImage sessions = pipeline.sessions().restore();
            SessionImage.StoredSession device = requireNonNull(sessions.session("device-1"));
            assertThat(device.subscriptions())
                    .extracting(SessionImage.StoredSubscription::filter)
                    .containsExactly("irrigation/control/device-1/command");
            assertThat(device.owed())
                    .singleElement()
                    .satisfies(owed ->
                            assertThat(owed.message().payload()).asString().isEqualTo("on"));
            assertThat(device.received().get(7)).isTrue();
            assertThat(sessions.retained())
                    .singleElement()
                    .satisfies(message -> assertThat(message.topic()).isEqualTo("r"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"snapshot-v1.state", "snapshot-v2.state"})
    void olderVersionsAreReadAsOnesWithoutSessions(String file) throws Exception {
        try (Pipeline pipeline = open()) {
            pipeline.fold().restore(golden(file));
            assertReadings(pipeline);
            assertThat(pipeline.sessions().restore().sessions()).isEmpty();
        }
    }

    private static void assertReadings(Pipeline pipeline) {
        assertThat(pipeline.fold().series().summaries())
                .extracting(each -> each.sensor() + " " + each.metric() + " " + each.mean())
                .containsExactly("s1 temperature 21.5", "s1 humidity 40.0");
    }

    private Pipeline open() throws Exception {
        return Pipeline.open(
                new RealDisk(),
                Pipeline.Directories.below(directory),
                new JournalOptions(128 << 10, 64 << 10),
                LakeOptions.defaults(),
                StreamOptions.DEFAULT.withWindows(List.of()),
                PipelineOptions.defaults(),
                _ -> RuleSet.NONE,
                () -> NOW_MICROS,
                new SimpleMeterRegistry());
    }

    /// What the golden files were written from: version 1 had readings only, version 3 no orders and no
    /// devices that connect, version 4 one order.
    private static void fill(Pipeline pipeline) throws Exception {
        pipeline.useRules(ByteBuffer.wrap("rules".getBytes(StandardCharsets.UTF_8)));
        SeriesTable table = new SeriesTable(10);
        ReadingBatch batch = new ReadingBatch();
        batch.add(table.series("s1", ""), 21, NOW_MICROS - 2, "C");
        batch.add(table.series("s1", ""), 22, NOW_MICROS - 1, "C");
        batch.add(table.series("s1", "humidity"), 40, ReadingBatch.NO_TIMESTAMP, null);
        pipeline.intake().submit(new Kept(batch));
        pipeline.sessions().write(sessions(), new Stored());
        for (boolean turnOn : new boolean[] {false, true}) {
            pipeline.manualCommands()
                    .request(
                            new OverrideRequest.SetOverride(List.of("pump"), turnOn, null),
                            _ -> {});
        }
        pipeline.devices()
                .connected(
                        "gateway-1",
                        "key",
                        new Connection(
                                "10.0.0.1",
                                "MQTT 5.0",
                                Duration.ofMinutes(1),
                                () -> new Traffic(0, 0, 0, 0, 0, 0)));
        pipeline.devices().reported("old", Device.Report.Kind.ERROR, "dry", _ -> {});
        while (pipeline.stepJournal() || pipeline.stepStream()) {
            // Until nothing is left to do.
        }
    }

    private static List<SessionChange> sessions() {
        Message command =
                new Message(
                        "irrigation/control/device-1/command",
                        "on".getBytes(StandardCharsets.UTF_8),
                        Qos.AT_LEAST_ONCE,
                        false,
                        PublishProperties.contentType("text/plain"),
                        Message.NEVER);
        Message retained =
                new Message(
                        "r", new byte[] {1}, Qos.EXACTLY_ONCE, true, PublishProperties.NONE, 99);
        return List.of(
                new SessionChange.Retained("r", retained),
                new SessionChange.Opened("device-1", true, 3600),
                new SessionChange.Subscribed(
                        "device-1", command.topic(), SubscriptionOptions.of(1), 5),
                new SessionChange.Opened("device-2", true, 60),
                new SessionChange.Queued(
                        command,
                        List.of(
                                new SessionChange.Target(
                                        "device-1", 3, Qos.AT_LEAST_ONCE, false, new int[] {5}),
                                new SessionChange.Target(
                                        "device-2", 1, Qos.AT_LEAST_ONCE, false, new int[0]))),
                new SessionChange.Received("device-1", 7),
                new SessionChange.Closed("device-2", 1_763_668_800_000L, 60));
    }

    private static byte[] golden(String name) throws Exception {
        try (InputStream in = SnapshotFormatTest.class.getResourceAsStream(name)) {
            assertThat(in).as(name).isNotNull();
            return in.readAllBytes();
        }
    }

    private static final class Kept extends Submission {
        Kept(ReadingBatch readings) {
            super(Source.MQTT, readings, 100);
        }

        @Override
        protected void durable(List<Refusal> refusals) {
            assertThat(refusals).isEmpty();
        }

        @Override
        protected void failed(Failure failure) {
            throw new AssertionError(failure);
        }
    }

    private static final class Stored implements SessionStore.Completion {
        @Override
        public void stored() {}

        @Override
        public void failed(boolean full, String reason) {
            throw new AssertionError(reason);
        }
    }
}
