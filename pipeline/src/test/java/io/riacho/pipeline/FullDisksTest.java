package io.riacho.pipeline;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.riacho.api.commands.OverrideRequest;
import io.riacho.api.commands.Overrides.Answer;
import io.riacho.api.readings.Failure;
import io.riacho.api.readings.Series;
import io.riacho.api.readings.SeriesTable;
import io.riacho.core.stream.StreamOptions;
import io.riacho.mqtt.packet.PublishProperties;
import io.riacho.mqtt.packet.Qos;
import io.riacho.mqtt.session.Message;
import io.riacho.mqtt.session.SessionChange;
import io.riacho.mqtt.session.SessionStore;
import io.riacho.pipeline.stages.PipelineOptions;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Disks without room, for the floor, the journal or the lake: what is refused says why, readiness
/// says so, nothing runs without a pause, and all of it ends by itself when there is room.
class FullDisksTest {

    @TempDir Path directory;

    @Test
    void belowTheFloorOfFreeDiskNothingIsTakenAndReadinessSaysSo() throws Exception {
        try (Opened opened = new Opened(directory)) {
            opened.disk.free = 1 << 20;
            AtomicReference<String> session = new AtomicReference<>("");
            opened.pipeline
                    .sessions()
                    .write(List.of(new SessionChange.Opened("device", true, 60)), told(session));
            Opened.Answer refused = opened.submit("s", 1, 0);
            opened.work();
            assertThat(requireNonNull(refused.failure).kind()).isEqualTo(Failure.Kind.DISK_FULL);
            assertThat(session).hasValueSatisfying(each -> assertThat(each).contains("floor"));
            assertThat(requireNonNull(opened.pipeline.refusing()).reason()).contains("floor");

            opened.disk.free = Long.MAX_VALUE;
            opened.pass(1_000_000);
            Opened.Answer taken = opened.submit("s", 1, 0);
            opened.work();
            assertThat(taken.isStored()).isTrue();
            assertThat(opened.pipeline.refusing()).isNull();
        }
    }

    private static SessionStore.Completion told(AtomicReference<String> session) {
        return new SessionStore.Completion() {
            @Override
            public void stored() {
                session.set("stored");
            }

            @Override
            public void failed(boolean full, String reason) {
                session.set(reason);
            }
        };
    }

    @Test
    void sealsThatFailAreSeenInReadinessAndRefuseWhenNoMoreRowsFit() throws Exception {
        try (Opened opened = new Opened(directory)) {
            opened.disk.lakeFull = true;
            assertThat(opened.submit("s", 1, 0)).isNotNull();
            opened.work();
            assertThat(opened.pipeline.seal()).isNotNull();
            opened.work();
            assertThat(requireNonNull(opened.pipeline.refusing()).reason())
                    .contains("sealed")
                    .contains("it is full");
            Opened.Answer stillTaken = opened.submit("s", 2, 1);
            opened.work();
            assertThat(stillTaken.isStored()).isTrue();

            opened.disk.lakeFull = false;
            opened.pass(5_000_000);
            opened.work();
            assertThat(opened.pipeline.refusing()).isNull();
            assertThat(opened.pipeline.lake().sealedPosition()).isGreaterThan(0);
        }
    }

    @Test
    void readingsAreRefusedWhileSealsFailAndTheRowsAreAsManyAsMayWait() throws Exception {
        try (Opened opened = new Opened(directory, StreamOptions.DEFAULT, sealingAfterBytes(1))) {
            opened.disk.lakeFull = true;
            var _ = opened.submit("s", 1, 0);
            opened.work();
            Opened.Answer refused = opened.submit("s", 2, 1);
            opened.work();
            assertThat(requireNonNull(refused.failure).kind()).isEqualTo(Failure.Kind.DISK_FULL);
            assertThat(refused.failure.reason()).contains("it is full");

            opened.disk.lakeFull = false;
            opened.pass(5_000_000);
            opened.work();
            Opened.Answer taken = opened.submit("s", 2, 1);
            opened.work();
            assertThat(taken.isStored()).isTrue();
        }
    }

    private static PipelineOptions sealingAfterBytes(long bytes) {
        PipelineOptions all = PipelineOptions.defaults();
        return new PipelineOptions(
                all.intake(),
                all.journal(),
                all.stream(),
                all.lake(),
                all.retention(),
                all.commands(),
                all.devices(),
                new PipelineOptions.Fixed(
                        all.fixed().commitReadingsMax(),
                        all.fixed().handOverReadingsMax(),
                        all.fixed().lateMax(),
                        bytes));
    }

    @Test
    void aSealWaitsWhileTheJournalIsFull() throws Exception {
        try (Opened opened = new Opened(directory)) {
            var _ = opened.submit("s", 1, 0);
            opened.work();
            assertThat(opened.pipeline.seal()).isNotNull();
            opened.disk.journalFull = true;
            assertThat(opened.work()).as("steps until nothing is left to do").isLessThan(10);
            opened.pass(-3_600_000_000L);
            assertThat(opened.work()).as("steps after the clock went back").isLessThan(10);
            opened.disk.journalFull = false;
            opened.pass(60_000_000);
            opened.work();
            assertThat(opened.pipeline.isIdle()).isTrue();
        }
    }

    @Test
    void lookUpsWaitWhileTheJournalIsFull() throws Exception {
        try (Opened opened =
                new Opened(
                        directory,
                        StreamOptions.DEFAULT.withRememberedPerSeries(1),
                        PipelineOptions.defaults())) {
            var _ = opened.submit("s", 1, 10);
            var _ = opened.submit("s", 2, 20);
            opened.work();
            assertThat(opened.pipeline.seal()).isNotNull();
            opened.work();
            var _ = opened.submit("s", 3, 5);
            assertThat(opened.pipeline.stepJournal()).isTrue();
            assertThat(opened.pipeline.stepStream()).isTrue();
            opened.disk.journalFull = true;
            assertThat(opened.work()).as("steps until nothing is left to do").isLessThan(10);
            opened.pass(-3_600_000_000L);
            assertThat(opened.work()).as("steps after the clock went back").isLessThan(10);
            opened.disk.journalFull = false;
            opened.pass(60_000_000);
            opened.work();
            assertThat(opened.pipeline.isIdle()).isTrue();
        }
    }

    @Test
    void aNumberThatARollBackFreedIsInNoSeriesAnyMore() throws Exception {
        try (Opened opened = new Opened(directory)) {
            Series kept = new SeriesTable(10).series("kept", "m");
            Series same = new SeriesTable(10).series("kept", "m");
            opened.disk.journalFull = true;
            var _ = opened.submit(kept, 1, Opened.START_MICROS);
            var _ = opened.submit(same, 1, Opened.START_MICROS);
            opened.work();
            assertThat(kept.number()).isEqualTo(Series.UNNUMBERED);
            assertThat(same.number()).isEqualTo(Series.UNNUMBERED);

            opened.disk.journalFull = false;
            var _ = opened.submit("other", 2, 0);
            var _ = opened.submit(same, 1, Opened.START_MICROS);
            opened.work();
            assertThat(opened.pipeline.fold().series().summaries()).hasSize(2);
        }
    }

    @Test
    void aRecordThatNoEntryHoldsIsRefusedAndTheJournalGoesOn() throws Exception {
        try (Opened opened = new Opened(directory)) {
            assertThatThrownBy(() -> opened.pipeline.useRules(ByteBuffer.allocate(100 << 10)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("journal.segment-bytes");
            AtomicReference<String> session = new AtomicReference<>("");
            Message large =
                    new Message(
                            "t",
                            new byte[100 << 10],
                            Qos.AT_LEAST_ONCE,
                            true,
                            PublishProperties.NONE,
                            Message.NEVER);
            opened.pipeline
                    .sessions()
                    .write(List.of(new SessionChange.Retained("t", large)), told(session));
            AtomicReference<Answer> ordered = new AtomicReference<>();
            List<String> many =
                    IntStream.range(0, 1_000).mapToObj(i -> "d".repeat(100) + i).toList();
            opened.pipeline
                    .manualCommands()
                    .request(new OverrideRequest.SetOverride(many, true, null), ordered::set);
            Opened.Answer taken = opened.submit("s", 1, 0);
            opened.work();
            assertThat(session).hasValueSatisfying(each -> assertThat(each).contains("entry"));
            assertThat(ordered).hasValue(Answer.FAILED);
            assertThat(opened.pipeline.isBroken()).isFalse();
            assertThat(taken.isStored()).isTrue();
        }
    }
}
