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
import io.riacho.lake.QueryLimits;
import io.riacho.lake.QueryResult;
import io.riacho.pipeline.stages.PipelineOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The limit of rows that are not sealed may be crossed by what one entry makes, and by what the journal
/// holds at a start; neither ends the stream.
class UnsealedRowsStayBoundedTest {

    private static final long NOW_MICROS = 1_763_668_800_000_000L;
    private static final int READINGS = 400;
    private static final LakeOptions SMALL = LakeOptions.defaults().withUnsealedBytesMax(4_096);

    @TempDir Path directory;

    @Test
    void anEntryThatCrossesTheLimitIsTakenAndTheStreamGoesOn() throws Exception {
        try (Pipeline pipeline = open(SMALL, 100)) {
            submit(pipeline, 0);
            submit(pipeline, READINGS);
            assertThat(rows(pipeline)).isEqualTo(2 * READINGS);
            assertThat(pipeline.lake().hasRoom()).isTrue();
        }
    }

    @Test
    void aStartWithMoreRowsThanFitSealsThem() throws Exception {
        try (Pipeline pipeline = open(LakeOptions.defaults(), Integer.MAX_VALUE)) {
            for (int i = 0; i < 5; i++) {
                submit(pipeline, i * READINGS);
            }
            assertThat(pipeline.lake().unsealedRows()).isEqualTo(5 * READINGS);
        }
        for (int start = 0; start < 3; start++) {
            try (Pipeline pipeline = open(SMALL, Integer.MAX_VALUE)) {
                assertThat(pipeline.lake().hasRoom()).isTrue();
                assertThat(rows(pipeline)).isEqualTo(5 * READINGS);
            }
        }
    }

    private Pipeline open(LakeOptions lake, int sealRowsMax) throws Exception {
        PipelineOptions options =
                OptionsUnderTest.of(
                        1 << 20,
                        10,
                        new PipelineOptions.Lake(
                                sealRowsMax,
                                Duration.ofDays(1),
                                64 << 20,
                                2,
                                Duration.ofSeconds(30),
                                100_000),
                        1_000,
                        new PipelineOptions.Fixed(1_000, 10_000, 1_000, 1 << 20));
        return Pipeline.open(
                new RealDisk(),
                Pipeline.Directories.below(directory),
                new JournalOptions(1 << 20, 256 << 10),
                lake,
                StreamOptions.DEFAULT,
                options,
                _ -> RuleSet.NONE,
                () -> NOW_MICROS,
                new SimpleMeterRegistry());
    }

    private static void submit(Pipeline pipeline, int from) throws Exception {
        SeriesTable table = new SeriesTable(10);
        ReadingBatch batch = new ReadingBatch(READINGS);
        for (int i = 0; i < READINGS; i++) {
            batch.add(table.series("s", "m"), i, NOW_MICROS + from + i, null);
        }
        pipeline.intake()
                .submit(
                        new Submission(Source.TCP, batch, READINGS) {
                            @Override
                            protected void durable(List<Refusal> refusals) {
                                assertThat(refusals).isEmpty();
                            }

                            @Override
                            protected void failed(Failure failure) {
                                throw new AssertionError(failure);
                            }
                        });
        while (pipeline.stepJournal() || pipeline.stepStream() || pipeline.stepBackground()) {
            // Until nothing is left to do.
        }
    }

    private static long rows(Pipeline pipeline) throws Exception {
        try (QueryResult result =
                pipeline.lake().query("SELECT count(*) FROM readings", QueryLimits.defaults())) {
            assertThat(result.next()).isTrue();
            return (Long) Objects.requireNonNull(result.value(0));
        }
    }
}
