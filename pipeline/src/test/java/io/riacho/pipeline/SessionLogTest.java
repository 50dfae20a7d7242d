package io.riacho.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.riacho.api.readings.Failure;
import io.riacho.api.readings.ReadingBatch;
import io.riacho.api.readings.Refusal;
import io.riacho.api.readings.SeriesTable;
import io.riacho.api.readings.Source;
import io.riacho.api.readings.Submission;
import io.riacho.core.rules.RuleSet;
import io.riacho.core.stream.StreamOptions;
import io.riacho.journal.JournalOptions;
import io.riacho.lake.LakeOptions;
import io.riacho.mqtt.packet.Qos;
import io.riacho.mqtt.session.Message;
import io.riacho.mqtt.session.SessionChange;
import io.riacho.mqtt.session.SessionImage;
import io.riacho.mqtt.session.SessionStore;
import io.riacho.pipeline.stages.PipelineOptions;
import io.riacho.simulation.DiskThatLosesUnsyncedWrites;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionLogTest {

    private static final int ENTRY_BYTES_MAX = 32 << 10;
    private static final int SESSIONS = 500;

    @TempDir Path directory;

    private final List<String> told = new ArrayList<>();

    @SuppressWarnings("NullAway.Init") // before each test
    private DiskThatLosesUnsyncedWrites disk;

    @BeforeEach
    void makeDisk() throws Exception {
        disk = new DiskThatLosesUnsyncedWrites(directory);
    }

    @Test
    void aMessageForVeryManySessionsTakesSeveralEntriesAndIsCompleteAfterTheLast()
            throws Exception {
        try (Pipeline pipeline = open()) {
            pipeline.sessions().write(opened(), completion("opened"));
            pipeline.sessions().write(queued(100), completion("queued"));
            int steps = 0;
            while (pipeline.stepJournal()) {
                steps++;
                settle(pipeline, false);
            }
            assertThat(steps).isGreaterThan(1);
            assertThat(told).containsExactly("opened", "queued");
        }
        disk.powerOff();
        disk.crash(new SplittableRandom(1));
        try (Pipeline again = open()) {
            SessionImage image = again.sessions().restore();
            assertThat(image.sessions())
                    .hasSize(SESSIONS)
                    .allSatisfy(each -> assertThat(each.owed()).hasSize(100));
        }
    }

    @Test
    void whenItsBeginningFailsItsEndIsNotWritten() throws Exception {
        try (Pipeline pipeline = open()) {
            pipeline.sessions().write(opened(), completion("opened"));
            settle(pipeline, true);
            disk.fillUpAfter(0);
            pipeline.sessions().write(queued(2_000), completion("queued"));
            while (!told.contains("queued failed, full")) {
                pipeline.stepJournal();
                settle(pipeline, false);
            }
            disk.makeRoom();
            settle(pipeline, true);
            assertThat(told).containsExactly("opened", "queued failed, full");
            assertThat(pipeline.fold().sessions().sessions().sessions())
                    .allSatisfy(each -> {
                        // From the first message on, without a gap, and not to the last.
                        assertThat(each.owed()).hasSize((int) each.lastSequence());
                        assertThat(each.lastSequence()).isLessThan(2_000);
                    });
            assertThat(pipeline.intakeBytesHeld()).isZero();
        }
    }

    @Test
    void whatWaitsCountsAgainstTheIntake() throws Exception {
        try (Pipeline pipeline = open()) {
            assertThat(pipeline.intake().isFull()).isFalse();
            pipeline.sessions().write(queued(1_000), completion("queued"));
            assertThat(pipeline.intake().isFull()).isTrue();
            boolean[] ready = {false};
            pipeline.intake().whenReady(() -> ready[0] = true);
            assertThat(ready[0]).isFalse();
            settle(pipeline, true);
            assertThat(ready[0]).isTrue();
            assertThat(pipeline.intakeBytesHeld()).isZero();
        }
    }

    @Test
    void sessionsThatFillTheJournalDoNotKeepReadingsOut() throws Exception {
        try (Pipeline pipeline = open()) {
            pipeline.sessions().write(queued(1_000), completion("queued"));
            ReadingBatch batch = new ReadingBatch();
            batch.add(new SeriesTable(1).series("s", ""), 1, ReadingBatch.NO_TIMESTAMP, null);
            pipeline.intake()
                    .submit(
                            new Submission(Source.MQTT, batch, 1) {
                                @Override
                                protected void durable(List<Refusal> refusals) {
                                    told.add("reading");
                                }

                                @Override
                                protected void failed(Failure failure) {
                                    throw new AssertionError(failure);
                                }
                            });
            pipeline.stepJournal();
            pipeline.stepJournal();
            assertThat(told).containsExactly("reading");
        }
    }

    /// Folds what is durable, and commits what waits if told so.
    private static void settle(Pipeline pipeline, boolean commits) {
        while (pipeline.stepStream() || (commits && pipeline.stepJournal())) {
            // Until nothing is left to do.
        }
    }

    private static List<SessionChange> opened() {
        List<SessionChange> changes = new ArrayList<>();
        for (int i = 0; i < SESSIONS; i++) {
            changes.add(new SessionChange.Opened("client-" + i, true, 60));
        }
        return changes;
    }

    /// As many messages, each for all sessions.
    private static List<SessionChange> queued(int messages) {
        List<SessionChange> changes = new ArrayList<>();
        for (int sequence = 1; sequence <= messages; sequence++) {
            List<SessionChange.Target> targets = new ArrayList<>();
            for (int i = 0; i < SESSIONS; i++) {
                targets.add(
                        new SessionChange.Target(
                                "client-" + i, sequence, Qos.AT_LEAST_ONCE, false, new int[0]));
            }
            Message message = Message.arrived("t", new byte[10], Qos.AT_LEAST_ONCE, false, null, 0);
            changes.add(new SessionChange.Queued(message, targets));
        }
        return changes;
    }

    private SessionStore.Completion completion(String name) {
        return new SessionStore.Completion() {
            @Override
            public void stored() {
                told.add(name);
            }

            @Override
            public void failed(boolean full, String reason) {
                told.add(name + " failed" + (full ? ", full" : ", broken"));
            }
        };
    }

    private Pipeline open() throws Exception {
        PipelineOptions options =
                OptionsUnderTest.of(
                        1 << 20,
                        10,
                        new PipelineOptions.Lake(
                                1_000_000,
                                Duration.ofDays(1),
                                64 << 20,
                                2,
                                Duration.ofSeconds(30),
                                100_000),
                        1_000,
                        new PipelineOptions.Fixed(1_000, 10_000, 1_000, 1 << 30));
        return Pipeline.open(
                disk,
                Pipeline.Directories.below(directory),
                new JournalOptions(64 << 10, ENTRY_BYTES_MAX),
                LakeOptions.defaults(),
                StreamOptions.DEFAULT,
                options,
                _ -> RuleSet.NONE,
                () -> 1_763_668_800_000_000L,
                new SimpleMeterRegistry());
    }
}
