package io.riacho.pipeline;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.riacho.api.readings.Failure;
import io.riacho.api.readings.ReadingBatch;
import io.riacho.api.readings.Refusal;
import io.riacho.api.readings.Series;
import io.riacho.api.readings.SeriesTable;
import io.riacho.api.readings.Source;
import io.riacho.api.readings.Submission;
import io.riacho.core.rules.RuleSet;
import io.riacho.core.stream.StreamOptions;
import io.riacho.disk.RealDisk;
import io.riacho.journal.JournalOptions;
import io.riacho.lake.LakeOptions;
import io.riacho.pipeline.stages.PipelineOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A pipeline whose disk and clock a test holds in its hand, and that a test steps.
final class Opened implements AutoCloseable {

    static final long START_MICROS = 1_763_668_800_000_000L;

    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    final SeriesTable table = new SeriesTable(100);
    final DiskWithFaults disk;
    final Pipeline pipeline;
    volatile long nowMicros = START_MICROS;

    /// The thread whose looks at the clock throw, or null.
    volatile @Nullable String clockFailsOn;

    Opened(Path directory) throws IOException {
        this(directory, StreamOptions.DEFAULT, PipelineOptions.defaults());
    }

    Opened(Path directory, StreamOptions stream, PipelineOptions options) throws IOException {
        this(directory, stream, options, RuleSet.NONE);
    }

    Opened(Path directory, StreamOptions stream, PipelineOptions options, RuleSet rules)
            throws IOException {
        disk = new DiskWithFaults(new RealDisk());
        pipeline =
                Pipeline.open(
                        disk,
                        Pipeline.Directories.below(directory),
                        new JournalOptions(128 << 10, 64 << 10),
                        LakeOptions.defaults(),
                        stream,
                        options,
                        _ -> rules,
                        this::now,
                        registry);
    }

    private long now() {
        if (Thread.currentThread().getName().equals(clockFailsOn)) {
            throw new IllegalStateException("a mistake of the program");
        }
        return nowMicros;
    }

    /// What came of a submission.
    static final class Answer extends Submission {
        @Nullable List<Refusal> refusals;
        @Nullable Failure failure;

        Answer(ReadingBatch readings) {
            super(Source.TCP, readings, 100);
        }

        @Override
        protected void durable(List<Refusal> refused) {
            refusals = refused;
        }

        @Override
        protected void failed(Failure reason) {
            failure = reason;
        }

        boolean isStored() {
            return refusals != null && refusals.isEmpty();
        }
    }

    Answer submit(Series series, double value, long timestampMicros) throws Exception {
        ReadingBatch batch = new ReadingBatch(1);
        batch.add(series, value, timestampMicros, null);
        Answer answer = new Answer(batch);
        pipeline.intake().submit(answer);
        return answer;
    }

    /// A reading of `sensor`, so many seconds after the start.
    Answer submit(String sensor, double value, int second) throws Exception {
        return submit(table.series(sensor, "m"), value, START_MICROS + second * 1_000_000L);
    }

    /// Lets time pass. Only the test's thread does.
    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    void pass(long micros) {
        nowMicros += micros;
    }

    /// One step of each stage.
    private boolean stepAll() {
        boolean journal = pipeline.stepJournal();
        boolean stream = pipeline.stepStream();
        return pipeline.stepBackground() || journal || stream;
    }

    /// Steps until nothing is left to do, or a thousand times.
    int work() {
        int steps = 0;
        while (steps < 1_000 && stepAll()) {
            steps++;
        }
        return steps;
    }

    double count(String name) {
        return registry.get(name).counter().count();
    }

    @Override
    public void close() throws IOException {
        pipeline.close();
    }
}
