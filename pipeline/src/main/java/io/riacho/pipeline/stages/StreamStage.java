package io.riacho.pipeline.stages;

import io.riacho.api.readings.Failure;
import io.riacho.lake.Lake;
import io.riacho.pipeline.live.LiveFeedPublisher;
import io.riacho.pipeline.record.JournalRecord;
import io.riacho.pipeline.state.StateFold;
import io.riacho.pipeline.state.devices.DevicePresence;
import io.riacho.pipeline.state.series.PendingLate;
import io.riacho.pipeline.state.sessions.SessionsChanged;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Folds what is durable into the state, feeds the lake and the live feed, and decides when to seal.
/// The one place that touches the state; used by one thread.
public final class StreamStage {

    /// The stream core waits for the seal under way at this many times `sealBytesMax`.
    private static final int UNSEALED_FACTOR_MAX = 4;

    private final StateFold fold;
    private final Lake lake;
    private final LiveFeedPublisher feed;
    private final DevicePresence devices;
    private final SealStage sealer;
    private final MicroClock clock;
    private final PipelineOptions options;

    private final ConcurrentLinkedQueue<Entry> entries = new ConcurrentLinkedQueue<>();
    private final AtomicInteger positionsQueued = new AtomicInteger();
    private final AtomicLong sessionBytesQueued = new AtomicLong();
    private final ConcurrentLinkedQueue<PendingLate> newLate = new ConcurrentLinkedQueue<>();

    private volatile int latePending;
    private volatile boolean needsTicks;
    private volatile boolean unsealedFull;
    private volatile long positionFolded = -1;
    private long unsealedSinceMicros = Long.MAX_VALUE;

    /// The position up to which the last seal was started.
    private long sealStartedAt;

    /// The session bytes that were folded then.
    private long sessionBytesAtSeal;

    public StreamStage(
            StateFold fold,
            Lake lake,
            LiveFeedPublisher feed,
            DevicePresence devices,
            SealStage sealer,
            MicroClock clock,
            PipelineOptions options) {
        this.fold = fold;
        this.lake = lake;
        this.feed = feed;
        this.devices = devices;
        this.sealer = sealer;
        this.clock = clock;
        this.options = options;
        this.sealStartedAt = lake.sealedPosition();
    }

    // --- the journal thread

    /// Whether new readings may be committed. They wait while too many are to be folded, while too
    /// many late ones wait for the resolver, or while too many rows wait for the seal under way. The
    /// server's own records never wait: seals and resolutions end the waiting.
    boolean takesReadings() {
        return positionsQueued.get() < options.fixed().handOverReadingsMax()
                && latePending < options.fixed().lateMax()
                && !unsealedFull;
    }

    /// Why readings are refused instead of left waiting, or null: as many rows wait as may, and the
    /// seal that would end the waiting fails. From any thread.
    @Nullable Failure stalled() {
        String reason = unsealedFull ? sealer.failing() : null;
        return reason == null
                ? null
                : new Failure(
                        Failure.Kind.DISK_FULL,
                        "rows cannot be sealed: "
                                + reason
                                + "; nothing was stored, try again later");
    }

    /// Whether session changes may be committed: they wait as readings do, and while too many of their
    /// bytes are to be folded.
    boolean takesSessions() {
        return takesReadings() && sessionBytesQueued.get() < options.intake().bytesMax();
    }

    void offer(Entry entry) {
        positionsQueued.addAndGet(entry.positions());
        sessionBytesQueued.addAndGet(sessionBytes(entry));
        entries.add(entry);
    }

    private static long sessionBytes(Entry entry) {
        long bytes = 0;
        for (JournalRecord each : entry.records()) {
            if (each instanceof SessionsChanged changed) {
                bytes += changed.bytes().remaining();
            }
        }
        return bytes;
    }

    /// Timestamps before this are older than what retention keeps.
    long acceptedFromMicros() {
        return lake.retainedFromMicros();
    }

    // --- any thread

    public boolean needsTicks() {
        return needsTicks;
    }

    public long positionFolded() {
        return positionFolded;
    }

    public int latePending() {
        return latePending;
    }

    public boolean hasWork() {
        return !entries.isEmpty() && lake.hasRoom();
    }

    // --- the resolver's thread

    /// The next late readings that want to be looked up, at most `max`.
    List<PendingLate> takeLate(int max) {
        List<PendingLate> taken = new ArrayList<>();
        while (taken.size() < max) {
            PendingLate late = newLate.poll();
            if (late == null) {
                break;
            }
            taken.add(late);
        }
        return taken;
    }

    public boolean hasLate() {
        return !newLate.isEmpty();
    }

    // --- the stream thread

    /// After recovery: what is pending goes to the resolver, and watchers are told from now on.
    public void goLive() {
        fold.goLive();
        devices.goLive();
        fold.series().goLive(newLate::add);
        publish();
    }

    /// Folds one entry, and starts a seal when one is due.
    ///
    /// @return whether there was something to do
    public boolean step() {
        boolean worked = false;
        Entry entry = lake.hasRoom() ? entries.poll() : null;
        if (entry != null) {
            fold(entry);
            positionsQueued.addAndGet(-entry.positions());
            sessionBytesQueued.addAndGet(-sessionBytes(entry));
            worked = true;
        }
        worked |= sealIfDue();
        worked |= feed.subscribePending(fold.series()::newestOfEach);
        publish();
        return worked;
    }

    private void fold(Entry entry) {
        long at = entry.basePosition();
        for (JournalRecord each : entry.records()) {
            fold.replay(at, each);
            at += each.positions();
        }
        for (Runnable each : entry.folded()) {
            each.run();
        }
    }

    private void publish() {
        latePending = fold.series().pendingLate();
        needsTicks = fold.needsTicks();
        unsealedFull =
                lake.unsealedBytes() >= UNSEALED_FACTOR_MAX * options.fixed().sealBytesMax()
                        || !lake.hasRoom();
        positionFolded = fold.position();
    }

    private boolean sealIfDue() {
        if (!sealer.isIdle()) {
            return false;
        }
        // Duplicates, sessions and the server's own records make no rows, but the journal grows by
        // them.
        boolean due =
                fold.position() - sealStartedAt >= options.lake().sealRowsMax()
                        || fold.sessions().bytesFolded() - sessionBytesAtSeal
                                >= options.fixed().sealBytesMax();
        return (due || rowsAreDue()) && seal() != null;
    }

    private boolean rowsAreDue() {
        long rows = lake.unsealedRows();
        if (rows == 0) {
            unsealedSinceMicros = Long.MAX_VALUE;
            return false;
        }
        long now = clock.nowMicros();
        if (unsealedSinceMicros == Long.MAX_VALUE || now < unsealedSinceMicros) {
            unsealedSinceMicros = now;
        }
        return rows >= options.lake().sealRowsMax()
                || lake.unsealedBytes() >= options.fixed().sealBytesMax()
                || now - unsealedSinceMicros
                        >= TimeUnit.NANOSECONDS.toMicros(options.lake().sealEvery().toNanos());
    }

    /// Starts a seal of everything folded so far, unless there is nothing or one is under way.
    public @Nullable CompletableFuture<Void> seal() {
        if (!sealer.isIdle() || fold.position() < 0) {
            return null;
        }
        unsealedSinceMicros = Long.MAX_VALUE;
        sealStartedAt = fold.position();
        sessionBytesAtSeal = fold.sessions().bytesFolded();
        return sealer.start(fold.position(), lake.freeze(fold.position()), fold.snapshot());
    }
}
