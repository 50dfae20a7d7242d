package io.riacho.loadtest;

import io.riacho.net.EventLoops;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// One run: opens, loads, samples, closes. The calling thread keeps the pace.
public final class LoadRun {

    /// Connections that are being opened at once: more would only fill the server's backlog.
    private static final int OPENING_MAX = 128;

    /// How long all connections together may take to open.
    private static final long OPEN_SECONDS_MAX = 120;

    /// How long answers may come in after the last request.
    private static final long DRAIN_NANOS_MAX = TimeUnit.SECONDS.toNanos(10);

    private static final long DRAIN_STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long SAMPLE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double PERCENT = 100;

    private final LoadOptions options;
    private final @Nullable ServerProcess server;
    private final PrintWriter progress;
    private final Measurements measurements = new Measurements();
    private final List<LoadResult.Sample> samples = new ArrayList<>();

    private long beganNanos;
    private long sampledNanos;
    private long receivedAtSample;
    private long cpuNanosAtSample = -1;

    /// @param server the process to watch; null: none
    /// @param progress where to say what is going on
    public LoadRun(LoadOptions options, @Nullable ServerProcess server, PrintWriter progress) {
        this.options = options;
        this.server = server;
        this.progress = progress;
    }

    /// Runs; returns when it is over.
    ///
    /// @throws IOException when the files of the options' TLS cannot be used
    public LoadResult run() throws IOException, InterruptedException {
        try (EventLoops loops = EventLoops.start();
                Load load = load(loops)) {
            int opened = open(load);
            progress.printf(
                    "%d of %d connections stand; loading for %d s%n",
                    opened, options.connections(), options.duration().toSeconds());
            progress.flush();
            beganNanos = System.nanoTime();
            sampledNanos = beganNanos;
            receivedAtSample = measurements.receivedSoFar();
            cpuNanosAtSample = cpuNanos();
            load.begin();
            keepPace(load, opened);
            double seconds = (System.nanoTime() - beganNanos) / NANOS_PER_SECOND;
            long lost = load.sends() ? drain() : 0;
            return new LoadResult(
                    options,
                    opened,
                    seconds,
                    measurements.sentSoFar(),
                    measurements.receivedSoFar(),
                    measurements.failedSoFar(),
                    lost,
                    measurements.connect(),
                    measurements.response(),
                    measurements.jitter(),
                    measurements.reasons(),
                    samples);
        }
    }

    private Load load(EventLoops loops) throws IOException {
        return switch (options.kind()) {
            case SENSOR -> new SensorLoad(options, loops, measurements);
            case HELLO -> new HelloLoad(options, loops, measurements);
            case TCP -> new TcpLoad(options, loops, measurements);
        };
    }

    private int open(Load load) throws InterruptedException {
        Semaphore turns = new Semaphore(OPENING_MAX);
        CountDownLatch settled = new CountDownLatch(options.connections());
        AtomicInteger opened = new AtomicInteger();
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(OPEN_SECONDS_MAX);
        for (int index = 0; index < options.connections(); index++) {
            if (!turns.tryAcquire(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                break;
            }
            load.open(index, new Turn(turns, settled, opened, measurements));
        }
        if (!settled.await(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS)) {
            measurements.failed("not open after " + OPEN_SECONDS_MAX + " s");
        }
        return opened.get();
    }

    /// Sends what is due, when it is due, and samples between.
    private void keepPace(Load load, int opened) {
        long endNanos = beganNanos + options.duration().toNanos();
        long periodNanos = options.period().toNanos();
        long stepNanos = options.spread() ? periodNanos / options.connections() : 0;
        boolean sends = load.sends() && opened > 0;
        long roundNanos = beganNanos;
        int next = 0;
        while (true) {
            long dueNanos = sends ? roundNanos + next * stepNanos : Long.MAX_VALUE;
            long wakeNanos = earlier(dueNanos, endNanos);
            waitUntil(wakeNanos);
            if (wakeNanos == endNanos) {
                sample(endNanos);
                return;
            }
            load.send(next, dueNanos);
            next++;
            if (next == options.connections()) {
                next = 0;
                roundNanos += periodNanos;
            }
        }
    }

    /// Compares by difference, since the clock may pass through the largest long.
    private long earlier(long dueNanos, long endNanos) {
        return dueNanos != Long.MAX_VALUE && dueNanos - endNanos < 0 ? dueNanos : endNanos;
    }

    private void waitUntil(long instantNanos) {
        while (true) {
            long now = System.nanoTime();
            if (now - sampledNanos >= SAMPLE_NANOS) {
                sample(now);
            }
            long left = instantNanos - now;
            if (left <= 0) {
                return;
            }
            LockSupport.parkNanos(this, Math.min(left, sampledNanos + SAMPLE_NANOS - now));
        }
    }

    private void sample(long nowNanos) {
        double seconds = (nowNanos - sampledNanos) / NANOS_PER_SECOND;
        if (seconds <= 0) {
            return;
        }
        long received = measurements.receivedSoFar();
        long cpuNanos = cpuNanos();
        samples.add(
                new LoadResult.Sample(
                        (nowNanos - beganNanos) / NANOS_PER_SECOND,
                        (received - receivedAtSample) / seconds,
                        cpuNanos >= 0 && cpuNanosAtSample >= 0
                                ? (cpuNanos - cpuNanosAtSample)
                                        / (seconds * NANOS_PER_SECOND)
                                        * PERCENT
                                : Double.NaN,
                        server == null ? -1 : server.residentBytes().orElse(-1)));
        sampledNanos = nowNanos;
        receivedAtSample = received;
        cpuNanosAtSample = cpuNanos;
    }

    private long cpuNanos() {
        return server == null ? -1 : server.cpu().map(Duration::toNanos).orElse(-1L);
    }

    /// Waits for what is still on its way.
    ///
    /// @return how many answers never came
    private long drain() {
        long deadlineNanos = System.nanoTime() + DRAIN_NANOS_MAX;
        long waiting = measurements.waitingNow();
        while (waiting > 0 && System.nanoTime() - deadlineNanos < 0) {
            LockSupport.parkNanos(this, DRAIN_STEP_NANOS);
            waiting = measurements.waitingNow();
        }
        return waiting;
    }

    /// Opening one connection: counts it, once, and lets the next one begin.
    private static final class Turn implements Load.Opening {

        private final long beganNanos = System.nanoTime();
        private final AtomicBoolean told = new AtomicBoolean();
        private final Semaphore turns;
        private final CountDownLatch settled;
        private final AtomicInteger opened;
        private final Measurements measurements;

        Turn(
                Semaphore turns,
                CountDownLatch settled,
                AtomicInteger opened,
                Measurements measurements) {
            this.turns = turns;
            this.settled = settled;
            this.opened = opened;
            this.measurements = measurements;
        }

        @Override
        public void opened() {
            if (told.compareAndSet(false, true)) {
                measurements.connected(System.nanoTime() - beganNanos);
                opened.incrementAndGet();
                release();
            }
        }

        @Override
        public void failed(String reason) {
            if (told.compareAndSet(false, true)) {
                measurements.failed(reason);
                release();
            }
        }

        private void release() {
            turns.release();
            settled.countDown();
        }
    }
}
