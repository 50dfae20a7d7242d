package io.riacho.pipeline.stages;

import io.riacho.lake.FrozenBlock;
import io.riacho.lake.Lake;
import io.riacho.lake.Retention;
import io.riacho.pipeline.metrics.PipelineMetrics;
import io.riacho.pipeline.record.JournalAppender;
import io.riacho.pipeline.record.SystemRecord;
import io.riacho.pipeline.snapshot.Snapshots;
import io.riacho.pipeline.state.series.SeriesRecord.SealedUpTo;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Moves rows from the journal's care into the lake's, in the order that a crash cannot hurt: files
/// and manifest durable → `sealed` in the journal → snapshot → old segments deleted.
///
/// One seal at a time. A step that fails is tried again, with everything as it was; the journal
/// keeps the rows meanwhile. Used by one thread, started by the stream thread.
public final class SealStage {

    private static final Logger LOG = LoggerFactory.getLogger(SealStage.class);

    private static final Duration RETRY_FIRST = Duration.ofSeconds(5);
    private static final Duration RETRY_MOST = Duration.ofSeconds(30);
    private static final long MAINTENANCE_MICROS = TimeUnit.MINUTES.toMicros(1);

    private enum Phase {
        FILES,
        RECORD,
        RECORD_UNDER_WAY,
        SNAPSHOT
    }

    private static final class Job {
        private final long position;
        private final FrozenBlock rows;
        private final byte[] state;
        private final CompletableFuture<Void> done = new CompletableFuture<>();
        private volatile Phase phase = Phase.FILES;

        Job(long position, FrozenBlock rows, byte[] state) {
            this.position = position;
            this.rows = rows;
            this.state = state;
        }
    }

    private final Lake lake;
    private final Snapshots snapshots;
    private final MicroClock clock;
    private final PipelineMetrics metrics;
    private final JournalAppender journal;
    private final Consumer<JournalStage.Task> journalTasks;
    private final Runnable wake;
    private final Retention retention;

    private volatile @Nullable Job job;
    private final BackOff backOff = new BackOff(RETRY_FIRST, RETRY_MOST);
    private volatile @Nullable String failing;
    private long maintainedAtMicros;
    private boolean compacting;

    /// @param journalTasks runs work on the journal between two commits
    /// @param wake makes the background thread call [#step] soon
    public SealStage(
            Lake lake,
            Snapshots snapshots,
            MicroClock clock,
            PipelineMetrics metrics,
            PipelineOptions options,
            JournalAppender journal,
            Consumer<JournalStage.Task> journalTasks,
            Runnable wake) {
        this.lake = lake;
        this.snapshots = snapshots;
        this.clock = clock;
        this.metrics = metrics;
        this.journal = journal;
        this.journalTasks = journalTasks;
        this.wake = wake;
        this.retention = options.retention().options();
        this.maintainedAtMicros = clock.nowMicros();
    }

    public boolean isIdle() {
        return job == null;
    }

    /// From the stream thread, when idle: `state` is the state after everything up to `position`,
    /// and `rows` are the rows up to there that are not sealed.
    CompletableFuture<Void> start(long position, FrozenBlock rows, byte[] state) {
        Job started = new Job(position, rows, state);
        job = started;
        return started.done;
    }

    /// Does the next thing that the seal under way needs.
    ///
    /// @return whether there was something to do
    public boolean step() {
        Job current = job;
        if (current == null) {
            return maintain();
        }
        if (backOff.isOn(clock.nowMicros())) {
            return false;
        }
        try {
            return step(current);
        } catch (IOException e) {
            LOG.warn(
                    "Sealing up to position {} failed and will be tried again: {}",
                    current.position,
                    e.toString());
            failed(String.valueOf(e.getMessage()));
            return false;
        }
    }

    private void failed(String reason) {
        failing = reason;
        backOff.failed(clock.nowMicros());
    }

    /// Why the seal under way does not get on, or null. From any thread.
    public @Nullable String failing() {
        return failing;
    }

    /// Once a minute, between seals: removes what retention does not keep, and merges small files, a
    /// slice at a time, so that a seal that comes due waits for one slice.
    private boolean maintain() {
        long now = clock.nowMicros();
        boolean due = now - maintainedAtMicros >= MAINTENANCE_MICROS || now < maintainedAtMicros;
        if (!due && !compacting) {
            return false;
        }
        try {
            if (due) {
                maintainedAtMicros = now;
                lake.retain(retention, now);
            }
            compacting = lake.compact(now) > 0;
        } catch (IOException e) {
            compacting = false;
            LOG.warn("Tending the lake failed and will be tried again: {}", e.toString());
        }
        return true;
    }

    private boolean step(Job current) throws IOException {
        return switch (current.phase) {
            case FILES -> {
                lake.seal(current.rows);
                current.phase = Phase.RECORD;
                yield true;
            }
            case RECORD -> {
                current.phase = Phase.RECORD_UNDER_WAY;
                journal.append(
                        new SystemRecord(
                                new SealedUpTo(current.position),
                                () -> {
                                    current.phase = Phase.SNAPSHOT;
                                    wake.run();
                                },
                                failure -> {
                                    failed(failure.reason());
                                    current.phase = Phase.RECORD;
                                }));
                yield true;
            }
            case RECORD_UNDER_WAY -> false;
            case SNAPSHOT -> {
                long needed =
                        snapshots.write(new Snapshots.Snapshot(current.position, current.state));
                if (needed >= 0) {
                    journalTasks.accept(files -> files.deleteBefore(needed + 1));
                }
                metrics.sealed();
                backOff.succeeded();
                failing = null;
                job = null;
                current.done.complete(null);
                yield true;
            }
        };
    }
}
