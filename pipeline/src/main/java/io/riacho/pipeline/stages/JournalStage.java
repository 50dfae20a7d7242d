package io.riacho.pipeline.stages;

import io.riacho.api.readings.Failure;
import io.riacho.api.readings.Submission;
import io.riacho.disk.Disk;
import io.riacho.disk.DiskFullException;
import io.riacho.journal.Journal;
import io.riacho.pipeline.metrics.PipelineMetrics;
import io.riacho.pipeline.record.JournalRecord;
import io.riacho.pipeline.record.SystemRecord;
import io.riacho.pipeline.state.RecordCodec;
import io.riacho.pipeline.state.series.SeriesNumbers;
import io.riacho.pipeline.state.sessions.SessionWrite;
import io.riacho.pipeline.state.sessions.SessionsChanged;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Group commit: takes all that waits, writes it as one entry, syncs once, and only then gives the
/// receipts. The one place that appends to the journal; used by one thread.
///
/// When the disk is full the group is refused and the next is tried; when a sync fails nothing is
/// known about the disk any more, so the stage is broken for good and gives no further receipt.
public final class JournalStage {

    private static final Logger LOG = LoggerFactory.getLogger(JournalStage.class);

    private static final int ENCODE_BYTES_INITIAL = 256 << 10;
    private static final long FREE_CHECK_MICROS = TimeUnit.SECONDS.toMicros(1);
    private static final Duration FULL_LOG_EVERY = Duration.ofSeconds(10);

    private final Disk disk;
    private final Path directory;
    private final Journal journal;
    private final IntakeQueue intake;
    private final StreamStage stream;
    private final MicroClock clock;
    private final PipelineOptions options;
    private final PipelineMetrics metrics;
    private final CommitGroup.Sources sources;

    private final ConcurrentLinkedQueue<SystemRecord> systemRecords = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<SessionWrite> sessionWrites = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Task> tasks = new ConcurrentLinkedQueue<>();

    private ByteBuffer encoded = littleEndian(ENCODE_BYTES_INITIAL);

    /// When the free disk was last read, once it was.
    private long freeCheckedAtMicros;

    private boolean freeChecked;

    /// Paces what is said about a full disk.
    private final BackOff fullDisk = new BackOff(FULL_LOG_EVERY, FULL_LOG_EVERY);

    /// Whether session changes left no room for readings in the last group.
    private boolean sessionsFilled;

    private volatile @Nullable Failure refusing;
    private volatile @Nullable Throwable brokenBy;
    private volatile boolean segmentWanted;

    /// Work on the journal that must happen between two commits.
    @FunctionalInterface
    public interface Task {
        void run(Journal journal) throws IOException;
    }

    public JournalStage(
            Disk disk,
            Path directory,
            Journal journal,
            int entryBytesMax,
            IntakeQueue intake,
            StreamStage stream,
            SeriesNumbers numbers,
            MicroClock clock,
            PipelineOptions options,
            PipelineMetrics metrics) {
        this.disk = disk;
        this.directory = directory;
        this.journal = journal;
        this.intake = intake;
        this.stream = stream;
        this.clock = clock;
        this.options = options;
        this.metrics = metrics;
        this.sources =
                new CommitGroup.Sources(
                        intake, sessionWrites, numbers, entryBytesMax, options, metrics);
    }

    /// Queues a record of the server's own. Any thread; the path wakes the stage.
    public void add(SystemRecord record) {
        systemRecords.add(record);
    }

    /// Queues a write of MQTT sessions, which waits and is refused as readings are. Any thread; the path
    /// wakes the stage.
    public void add(SessionWrite write) {
        for (SessionsChanged each : write.records()) {
            if (!fits(each)) {
                write.fail(tooLarge(each));
                return;
            }
        }
        sessionWrites.add(write);
    }

    /// Queues work on the journal. Any thread; the path wakes the stage.
    public void add(Task task) {
        tasks.add(task);
    }

    /// Reserves the journal's next segment when that is due, so that no commit waits for it. On the
    /// background thread.
    ///
    /// @return whether there was something to do
    public boolean prepareSegment() {
        if (!segmentWanted) {
            return false;
        }
        try {
            journal.prepareNext();
        } catch (IOException e) {
            // The commit that needs it will try again, and say what is wrong.
            LOG.debug("The next segment cannot be reserved yet: {}", e.toString());
        }
        segmentWanted = false;
        return true;
    }

    public boolean wantsSegment() {
        return segmentWanted;
    }

    /// Why the stage is broken, or null.
    public @Nullable Throwable brokenBy() {
        return brokenBy;
    }

    /// Why new readings are refused now, or null.
    public @Nullable Failure refusing() {
        return refusing;
    }

    public boolean hasWork() {
        return !systemRecords.isEmpty()
                || !tasks.isEmpty()
                || !sessionWrites.isEmpty()
                || !intake.isEmpty();
    }

    /// Commits one group.
    ///
    /// @return whether there was something to do
    public boolean step() {
        if (brokenBy != null) {
            return false;
        }
        boolean worked = runTasks();
        long now = clock.nowMicros();
        Failure refusal = refusalNow(now);
        CommitGroup group = new CommitGroup(sources, now, stream.acceptedFromMicros());
        for (SystemRecord each = systemRecords.peek(); each != null; each = systemRecords.peek()) {
            if (!group.hasRoomFor(each.record())) {
                break;
            }
            systemRecords.remove();
            if (!fits(each.record())) {
                worked = true;
                each.failed().accept(tooLarge(each.record()));
                continue;
            }
            group.take(each);
        }
        if (refusal != null) {
            worked |= refuseWaiting(refusal);
        } else {
            // Neither can keep the other out: a group that sessions fill is followed by one
            // without.
            boolean takesSessions =
                    stream.takesSessions() && !(sessionsFilled && !intake.isEmpty());
            if (takesSessions) {
                group.takeSessionWrites();
            }
            sessionsFilled = takesSessions && !group.hasRoomForReadings();
            if (stream.takesReadings()) {
                group.takeSubmissions();
            }
        }
        if (group.isEmpty()) {
            return worked;
        }
        commit(group);
        return true;
    }

    /// Whether an entry can hold the record at all. An append of one that is larger would end the
    /// journal.
    public boolean fits(JournalRecord record) {
        return RecordCodec.bytesMax(record) <= sources.entryBytesMax();
    }

    private Failure tooLarge(JournalRecord record) {
        String reason =
                "a record of up to "
                        + RecordCodec.bytesMax(record)
                        + " bytes does not fit an entry of the journal, which holds "
                        + sources.entryBytesMax()
                        + "; raise journal.segment-bytes";
        LOG.warn("{} is not stored: {}", record.recordKind(), reason);
        return new Failure(Failure.Kind.DISK_FULL, reason);
    }

    private boolean runTasks() {
        boolean worked = false;
        for (Task each = tasks.poll(); each != null; each = tasks.poll()) {
            worked = true;
            try {
                each.run(journal);
            } catch (IOException e) {
                // Old segments that stay cost room, not safety; the next seal tries again.
                LOG.warn("Work on the journal failed and will be tried again: {}", e.toString());
            }
        }
        return worked;
    }

    private void commit(CommitGroup group) {
        if (group.positions() > 0) {
            List<JournalRecord> records = group.records();
            long base;
            long started = System.nanoTime();
            try {
                base = journal.append(encode(records), group.positions());
                journal.sync();
            } catch (DiskFullException e) {
                group.rollBack();
                if (!fullDisk.isOn(group.nowMicros())) {
                    fullDisk.failed(group.nowMicros());
                    LOG.warn("The disk is full: {}", e.getMessage());
                }
                group.failAll(
                        new Failure(
                                Failure.Kind.DISK_FULL,
                                "the disk is full; nothing was stored, try again later"));
                return;
            } catch (IOException | RuntimeException e) {
                broken(e);
                group.failAll(brokenFailure());
                return;
            }
            fullDisk.succeeded();
            metrics.committed(group.readings(), System.nanoTime() - started);
            stream.offer(new Entry(base, group.positions(), records, group.folded()));
            if (!segmentWanted && journal.wantsNext()) {
                segmentWanted = true;
            }
        }
        group.answerAll();
    }

    private void broken(Throwable cause) {
        brokenBy = cause;
        LOG.error(
                "The journal in {} failed; no further reading is acknowledged and the process must"
                        + " end. Check the disk, then start again.",
                directory,
                cause);
    }

    private Failure brokenFailure() {
        return new Failure(
                Failure.Kind.BROKEN,
                "the journal failed; whether this was stored is not known, send it again");
    }

    /// After the last step: fails what still waits.
    public void close(Failure failure) {
        Failure last = brokenBy == null ? failure : brokenFailure();
        for (SystemRecord each = systemRecords.poll(); each != null; each = systemRecords.poll()) {
            each.failed().accept(last);
        }
        failSessionWrites(last);
        intake.close(last);
    }

    private boolean failSessionWrites(Failure failure) {
        boolean any = false;
        SessionWrite each = sessionWrites.poll();
        while (each != null) {
            any = true;
            each.fail(failure);
            each = sessionWrites.poll();
        }
        return any;
    }

    private @Nullable Failure refusalNow(long now) {
        if (options.retention().freeDiskBytesMin() > 0
                && (!freeChecked
                        || now < freeCheckedAtMicros
                        || now - freeCheckedAtMicros >= FREE_CHECK_MICROS)) {
            freeChecked = true;
            freeCheckedAtMicros = now;
            try {
                long free = disk.freeBytes(directory);
                if (free < options.retention().freeDiskBytesMin()) {
                    if (refusing == null) {
                        LOG.warn(
                                "Only {} bytes of disk are free, the floor is {}: new readings are"
                                        + " refused until there is room",
                                free,
                                options.retention().freeDiskBytesMin());
                    }
                    refusing =
                            new Failure(
                                    Failure.Kind.DISK_FULL,
                                    "the disk has less free space than its floor; nothing was"
                                            + " stored, try again later");
                } else {
                    if (refusing != null) {
                        LOG.info("There is room on the disk again: new readings are taken");
                    }
                    refusing = null;
                }
            } catch (IOException e) {
                LOG.warn("The free space of {} cannot be read: {}", directory, e.toString());
            }
        }
        Failure floor = refusing;
        return floor == null ? stream.stalled() : floor;
    }

    private boolean refuseWaiting(Failure failure) {
        boolean worked = failSessionWrites(failure);
        for (Submission each = intake.poll(); each != null; each = intake.poll()) {
            worked = true;
            intake.release(each.weightBytes());
            each.fail(failure);
        }
        return worked;
    }

    private ByteBuffer encode(List<JournalRecord> records) {
        int bytes = 0;
        for (JournalRecord each : records) {
            bytes += RecordCodec.bytesMax(each);
        }
        if (encoded.capacity() < bytes) {
            encoded = littleEndian(Math.max(bytes, encoded.capacity() * 2));
        }
        encoded.clear();
        for (JournalRecord each : records) {
            RecordCodec.write(each, encoded);
        }
        return encoded.flip();
    }

    private static ByteBuffer littleEndian(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
