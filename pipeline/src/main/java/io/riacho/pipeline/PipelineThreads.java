package io.riacho.pipeline;

import io.riacho.pipeline.stages.Wakeup;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A thread for each stage of a [Pipeline]: journal, stream, background (resolver and sealer), and a
/// clock that ticks once a second.
public final class PipelineThreads implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PipelineThreads.class);

    private static final long STOP_MILLIS_MAX = TimeUnit.SECONDS.toMillis(20);

    private static final long ABANDON_MILLIS = 20;

    private final Pipeline pipeline;
    private final Runnable onBroken;
    private final List<Thread> threads = new ArrayList<>();
    private final ScheduledExecutorService clock =
            Executors.newSingleThreadScheduledExecutor(
                    Thread.ofPlatform().daemon().name("riacho-clock").factory());
    private volatile boolean draining;
    private volatile boolean stopped;

    private PipelineThreads(Pipeline pipeline, Runnable onBroken) {
        this.pipeline = pipeline;
        this.onBroken = onBroken;
    }

    /// Starts the stages.
    ///
    /// @param onBroken runs once, on a thread of the pipeline, when the journal failed or a stage met
    ///     a mistake of the program: no reading is acknowledged any more
    public static PipelineThreads start(Pipeline pipeline, Runnable onBroken) {
        PipelineThreads all = new PipelineThreads(pipeline, onBroken);
        all.start("riacho-journal", pipeline.journalWakeup, pipeline::stepJournal, () -> false);
        all.start("riacho-stream", pipeline.streamWakeup, pipeline::stepStream, () -> false);
        // What it does can be done again after the next start, from the journal.
        all.start(
                "riacho-background",
                pipeline.backgroundWakeup,
                pipeline::stepBackground,
                () -> all.draining);
        var _ = all.clock.scheduleAtFixedRate(all::tick, 1, 1, TimeUnit.SECONDS);
        return all;
    }

    /// A schedule ends at the first exception, and says nothing.
    private void tick() {
        try {
            pipeline.tick();
        } catch (RuntimeException | Error e) {
            mistake(e);
        }
    }

    /// @param ends whether the thread is to end, also when there is more to do
    private void start(String name, Wakeup wakeup, BooleanSupplier step, BooleanSupplier ends) {
        Thread thread = Thread.ofPlatform().name(name).unstarted(() -> run(wakeup, step, ends));
        threads.add(thread);
        thread.start();
    }

    private void run(Wakeup wakeup, BooleanSupplier step, BooleanSupplier ends) {
        try {
            while (!stopped && !ends.getAsBoolean()) {
                wakeup.arm();
                if (!step.getAsBoolean()) {
                    if (draining && !pipeline.hasJournalWork() && !pipeline.hasStreamWork()) {
                        return;
                    }
                    if (pipeline.isBroken()) {
                        fail();
                        return;
                    }
                    wakeup.await();
                }
            }
        } catch (RuntimeException | Error e) {
            mistake(e);
        }
    }

    /// After a mistake of the program the state may no longer be a fold over the journal. What was
    /// acknowledged is on disk; a restart rebuilds the rest.
    private void mistake(Throwable e) {
        LOG.error(
                "{} met a mistake of the program and the server must end",
                Thread.currentThread().getName(),
                e);
        fail();
    }

    private void fail() {
        if (!stopped) {
            stopped = true;
            wakeAll();
            onBroken.run();
        }
    }

    private void wakeAll() {
        pipeline.journalWakeup.signal();
        pipeline.streamWakeup.signal();
        pipeline.backgroundWakeup.signal();
    }

    /// Commits and folds what waits, stops the threads, and closes the pipeline. Doors must have
    /// stopped reading.
    @Override
    public void close() throws IOException {
        clock.shutdownNow();
        draining = true;
        wakeAll();
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(STOP_MILLIS_MAX);
        boolean interrupted = false;
        try {
            for (Thread each : threads) {
                while (each.isAlive() && System.nanoTime() - deadline < 0) {
                    pipeline.lake().abandonMaintenance();
                    each.join(ABANDON_MILLIS);
                }
            }
        } catch (InterruptedException e) {
            interrupted = true;
        }
        stopped = true;
        wakeAll();
        for (Thread each : threads) {
            try {
                each.join(TimeUnit.SECONDS.toMillis(5));
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        pipeline.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
