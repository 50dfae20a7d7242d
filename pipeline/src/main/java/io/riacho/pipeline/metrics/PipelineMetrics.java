package io.riacho.pipeline.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;

/// Counters and timers of the pipeline, by the names that `/metrics` shows.
public final class PipelineMetrics {

    private final Counter commits;
    private final Counter readings;
    private final Counter refused;
    private final Counter stored;
    private final Counter duplicates;
    private final Counter conflicts;
    private final Counter late;
    private final Counter resolved;
    private final Counter commands;
    private final Counter desiredStatesRefused;
    private final Counter seals;
    private final Timer commitTime;

    public PipelineMetrics(MeterRegistry registry) {
        commits = registry.counter("riacho.journal.commits");
        commitTime =
                Timer.builder("riacho.journal.commit")
                        .description("append and sync of one group")
                        .publishPercentiles(0.5, 0.99)
                        .register(registry);
        readings = registry.counter("riacho.readings.acknowledged");
        refused = registry.counter("riacho.readings.refused");
        stored = registry.counter("riacho.readings.stored");
        duplicates = registry.counter("riacho.readings.duplicate");
        conflicts = registry.counter("riacho.readings.conflict");
        late = registry.counter("riacho.readings.late");
        resolved = registry.counter("riacho.readings.resolved");
        commands = registry.counter("riacho.commands.issued");
        desiredStatesRefused = registry.counter("riacho.rules.desired.refused");
        seals = registry.counter("riacho.lake.seals");
    }

    /// Append and sync of one group.
    public Timer commitTimer() {
        return commitTime;
    }

    public void committed(int readingsCommitted, long nanos) {
        commits.increment();
        readings.increment(readingsCommitted);
        commitTime.record(nanos, TimeUnit.NANOSECONDS);
    }

    public void refused(int count) {
        refused.increment(count);
    }

    /// Readings that were folded, by what became of them.
    public void folded(
            int newRows, int duplicateReadings, int conflictingReadings, int lateReadings) {
        stored.increment(newRows);
        duplicates.increment(duplicateReadings);
        conflicts.increment(conflictingReadings);
        late.increment(lateReadings);
    }

    public void resolved() {
        resolved.increment();
    }

    public void commandIssued() {
        commands.increment();
    }

    /// A rule or a person desired a state of a device of which too many are desired already.
    public void desiredStateRefused() {
        desiredStatesRefused.increment();
    }

    public void sealed() {
        seals.increment();
    }
}
