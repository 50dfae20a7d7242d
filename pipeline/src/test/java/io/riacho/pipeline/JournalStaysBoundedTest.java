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
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Tests that the journal stays bounded: what makes no rows still takes room in it, and must not take it for ever.
class JournalStaysBoundedTest {

    private static final long NOW_MICROS = 1_763_668_800_000_000L;
    private static final int SEAL_ROWS_MAX = 5_000;

    @TempDir Path directory;

    @Test
    void aSenderThatOnlyRepeatsItselfDoesNotFillTheDisk() throws Exception {
        PipelineOptions options =
                OptionsUnderTest.of(
                        1 << 20,
                        10,
                        new PipelineOptions.Lake(
                                SEAL_ROWS_MAX,
                                Duration.ofDays(1),
                                64 << 20,
                                2,
                                Duration.ofSeconds(30),
                                100_000),
                        1_000,
                        new PipelineOptions.Fixed(1_000, 10_000, 1_000, 1 << 20));
        try (Pipeline pipeline =
                Pipeline.open(
                        new RealDisk(),
                        Pipeline.Directories.below(directory),
                        new JournalOptions(128 << 10, 64 << 10),
                        LakeOptions.defaults(),
                        StreamOptions.DEFAULT,
                        options,
                        _ -> RuleSet.NONE,
                        () -> NOW_MICROS,
                        new SimpleMeterRegistry())) {
            SeriesTable table = new SeriesTable(10);
            for (int i = 0; i < 1_000; i++) {
                pipeline.intake().submit(hundredTimesTheSame(table));
                while (pipeline.stepJournal()
                        || pipeline.stepStream()
                        || pipeline.stepBackground()) {
                    // Until nothing is left to do.
                }
            }
            assertThat(pipeline.lake().unsealedRows()).isZero();
        }
        try (Stream<Path> segments = Files.list(directory.resolve("journal"))) {
            // 100,000 readings of 20 bytes and more would be 16 segments and more.
            assertThat(segments.filter(file -> file.toString().endsWith(".journal")))
                    .hasSizeLessThan(8);
        }
    }

    private static Submission hundredTimesTheSame(SeriesTable table) throws Exception {
        ReadingBatch batch = new ReadingBatch(100);
        for (int i = 0; i < 100; i++) {
            batch.add(table.series("s", "m"), 1, NOW_MICROS, null);
        }
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
