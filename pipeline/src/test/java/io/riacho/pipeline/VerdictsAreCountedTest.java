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
import io.riacho.disk.RealDisk;
import io.riacho.journal.JournalOptions;
import io.riacho.lake.LakeOptions;
import io.riacho.pipeline.stages.PipelineOptions;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Tests of what `/metrics` says of readings: each is stored, a duplicate or a conflict in the end, also when
/// it was late and waited for another's look-up.
class VerdictsAreCountedTest {

    private static final long NOW_MICROS = 1_763_668_800_000_000L;

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final SeriesTable table = new SeriesTable(10);

    @TempDir Path directory;

    @Test
    void everyReadingHasOneVerdictInTheEnd() throws Exception {
        try (Pipeline pipeline =
                Pipeline.open(
                        new RealDisk(),
                        Pipeline.Directories.below(directory),
                        new JournalOptions(128 << 10, 64 << 10),
                        LakeOptions.defaults(),
                        StreamOptions.DEFAULT.withRememberedPerSeries(1),
                        PipelineOptions.defaults(),
                        _ -> RuleSet.NONE,
                        () -> NOW_MICROS,
                        registry)) {
            submit(pipeline, 10, 20, 30);
            work(pipeline);
            assertThat(pipeline.seal()).isNotNull();
            work(pipeline);
            // Older than what is remembered: a row of the lake again, twice with another value.
            submit(pipeline, 10);
            pipeline.intake().submit(reading(10, 99));
            pipeline.intake().submit(reading(10, 98));
            // Late and new, then the same again while the first is looked up.
            submit(pipeline, 15, 15);
            work(pipeline);
        }
        assertThat(count("stored")).as("10, 20, 30 and 15").isEqualTo(4);
        assertThat(count("duplicate")).as("10 and 15 again").isEqualTo(2);
        assertThat(count("conflict")).isEqualTo(2);
        assertThat(count("late")).isEqualTo(5);
        assertThat(count("acknowledged"))
                .isEqualTo(count("stored") + count("duplicate") + count("conflict"));
    }

    private double count(String what) {
        return registry.get("riacho.readings." + what).counter().count();
    }

    private static void work(Pipeline pipeline) {
        while (pipeline.stepJournal() || pipeline.stepStream() || pipeline.stepBackground()) {
            // Until nothing is left to do.
        }
    }

    /// Readings whose value is their time.
    private void submit(Pipeline pipeline, int... seconds) throws Exception {
        for (int each : seconds) {
            pipeline.intake().submit(reading(each, each));
        }
    }

    private Submission reading(int second, double value) throws Exception {
        ReadingBatch batch = new ReadingBatch(1);
        batch.add(
                table.series("s", "m"),
                value,
                NOW_MICROS - 1_000_000_000L + second * 1_000_000L,
                null);
        return new Submission(Source.TCP, batch, 100) {
            @Override
            protected void durable(List<Refusal> refusals) {
                assertThat(refusals).isEmpty();
            }

            @Override
            protected void failed(Failure failure) {
                throw new AssertionError(failure);
            }
        };
    }
}
