package io.riacho.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.riacho.core.stream.StreamOptions;
import io.riacho.pipeline.stages.PipelineOptions;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Late readings that repeat one timestamp: all that wait are counted, the path takes no more of them
/// than may wait, and what it took is folded, now and at each start.
class LateReadingsAreBoundedTest {

    private static final int LATE_MAX = 3;

    @TempDir Path directory;

    @Test
    void repeatsOfOneTimestampAreCountedAndStopTheIntake() throws Exception {
        try (Opened opened = opened(LATE_MAX)) {
            seal(opened);
            for (int i = 0; i < 10; i++) {
                assertThat(opened.submit("s", i, 5)).isNotNull();
                opened.pipeline.stepJournal();
                opened.pipeline.stepStream();
            }
            assertThat(opened.pipeline.fold().series().pendingLate()).isEqualTo(LATE_MAX);
            opened.work();
            assertThat(opened.pipeline.isIdle()).isTrue();
            assertThat(opened.pipeline.fold().series().pendingLate()).isZero();
            assertThat(opened.count("riacho.readings.stored")).isEqualTo(3);
            assertThat(opened.count("riacho.readings.conflict")).isEqualTo(9);
        }
    }

    @Test
    void whatWasAcceptedIsFoldedHoweverMuchItIsAndAtTheNextStartToo() throws Exception {
        try (Opened opened = opened(1_000)) {
            seal(opened);
            for (int i = 0; i < 10; i++) {
                assertThat(opened.submit("s", i, 5)).isNotNull();
            }
            for (boolean more = true; more; ) {
                boolean journal = opened.pipeline.stepJournal();
                more = opened.pipeline.stepStream() || journal;
                // Until all of them wait.
            }
            assertThat(opened.pipeline.fold().series().pendingLate()).isEqualTo(10);
        }
        try (Opened again = opened(1_000)) {
            assertThat(again.pipeline.fold().series().pendingLate()).isEqualTo(10);
            again.work();
            assertThat(again.pipeline.fold().series().pendingLate()).isZero();
        }
    }

    private static void seal(Opened opened) throws Exception {
        assertThat(opened.submit("s", 1, 10)).isNotNull();
        assertThat(opened.submit("s", 2, 20)).isNotNull();
        opened.work();
        assertThat(opened.pipeline.seal()).isNotNull();
        opened.work();
    }

    /// The core's own bound is below what the path lets in.
    private Opened opened(int lateMax) throws Exception {
        PipelineOptions all = PipelineOptions.defaults();
        return new Opened(
                directory,
                StreamOptions.DEFAULT.withRememberedPerSeries(1).withPendingLateMax(2),
                new PipelineOptions(
                        all.intake(),
                        all.journal(),
                        all.stream(),
                        all.lake(),
                        all.retention(),
                        all.commands(),
                        all.devices(),
                        new PipelineOptions.Fixed(1, 1, lateMax, all.fixed().sealBytesMax())));
    }
}
