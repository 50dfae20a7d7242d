package io.riacho.server.path;

import io.riacho.disk.Disk;
import io.riacho.disk.DiskFullException;
import io.riacho.journal.Journal;
import io.riacho.server.intake.Failure;
import io.riacho.server.intake.ReadingBatch;
import io.riacho.server.intake.Refusal;
import io.riacho.server.intake.Series;
import io.riacho.server.intake.SeriesTable;
import io.riacho.server.intake.Submission;
import io.riacho.server.path.JournalRecord.SeriesDefined;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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
final class JournalStage {

    private static final Logger LOG = LoggerFactory.getLogger(JournalStage.class);

    /// A reading with the longest unit, and the definition of its series with the longest ids.
    private static final int READING_BYTES_WORST =
            ReadingsBuilder.BYTES_FIXED
                    + 3 * ReadingBatch.UNIT_CHARS_MAX
                    + 1
                    + 4
                    + 2 * (2 + SeriesTable.ID_BYTES_MAX);

    private static final int ENCODE_BYTES_INITIAL = 256 << 10;
    private static final long FREE_CHECK_MICROS = TimeUnit.SECONDS.toMicros(1);

    private final Disk disk;
    private final Path directory;
    private final Journal journal;
    private final IntakeQueue intake;
    private final StreamStage stream;
    private final SeriesNumbers numbers;
    private final MicroClock clock;
    private final PathOptions options;
    private final PathMetrics metrics;
    private final int entryBytesMax;

    private final ConcurrentLinkedQueue<Control> controls = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<SessionWrite> sessionWrites = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Task> tasks = new ConcurrentLinkedQueue<>();

    private ByteBuffer encoded = littleEndian(ENCODE_BYTES_INITIAL);
    private long freeCheckedAtMicros = Long.MIN_VALUE;

    /// Whether session changes left no room for readings in the last group.
    private boolean sessionsFilled;

    private volatile @Nullable Failure refusing;
    private volatile @Nullable Throwable brokenBy;
    private volatile boolean segmentWanted;

    /// Work on the journal that must happen between two commits.
    @FunctionalInterface
    interface Task {
        void run(Journal journal) throws IOException;
    }

    /// The submissions of a group that are answered together.
    private record Answer(Submission submission, List<Refusal> refusals) {}

    JournalStage(
            Disk disk,
            Path directory,
            Journal journal,
            int entryBytesMax,
            IntakeQueue intake,
            StreamStage stream,
            SeriesNumbers numbers,
            MicroClock clock,
            PathOptions options,
            PathMetrics metrics) {
        this.disk = disk;
        this.directory = directory;
        this.journal = journal;
        this.entryBytesMax = entryBytesMax;
        this.intake = intake;
        this.stream = stream;
        this.numbers = numbers;
        this.clock = clock;
        this.options = options;
        this.metrics = metrics;
    }

    /// Queues a record of the server's own. Any thread; the path wakes the stage.
    void add(Control control) {
        controls.add(control);
    }

    /// Queues a write of MQTT sessions, which waits and is refused as readings are. Any thread; the path
    /// wakes the stage.
    void add(SessionWrite write) {
        sessionWrites.add(write);
    }

    /// Queues work on the journal. Any thread; the path wakes the stage.
    void add(Task task) {
        tasks.add(task);
    }

    /// Reserves the journal's next segment when that is due, so that no commit waits for it. On the
    /// background thread.
    ///
    /// @return whether there was something to do
    boolean prepareSegment() {
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

    boolean wantsSegment() {
        return segmentWanted;
    }

    /// Why the stage is broken, or null.
    @Nullable Throwable brokenBy() {
        return brokenBy;
    }

    /// Why new readings are refused now, or null.
    @Nullable Failure refusing() {
        return refusing;
    }

    boolean hasWork() {
        return !controls.isEmpty()
                || !tasks.isEmpty()
                || !sessionWrites.isEmpty()
                || !intake.isEmpty();
    }

    /// Commits one group.
    ///
    /// @return whether there was something to do
    boolean step() {
        if (brokenBy != null) {
            return false;
        }
        boolean worked = runTasks();
        long now = clock.nowMicros();
        Failure refusal = refusalNow(now);
        Group group = new Group(now);
        for (Control each = controls.peek(); each != null; each = controls.peek()) {
            if (!group.hasRoomFor(each.record())) {
                break;
            }
            controls.remove();
            group.controls.add(each);
            group.put(each.record());
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

    private void commit(Group group) {
        if (group.positions > 0) {
            List<JournalRecord> records = group.records();
            long base;
            long started = System.nanoTime();
            try {
                base = journal.append(encode(records), group.positions);
                journal.sync();
            } catch (DiskFullException e) {
                group.rollBack();
                LOG.warn("The disk is full: {}", e.getMessage());
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
            metrics.committed(group.readings, System.nanoTime() - started);
            stream.offer(new Entry(base, group.positions, records, group.folded()));
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
    void close(Failure failure) {
        Failure last = brokenBy == null ? failure : brokenFailure();
        for (Control each = controls.poll(); each != null; each = controls.poll()) {
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
        if (options.freeBytesMin() > 0
                && (now - freeCheckedAtMicros >= FREE_CHECK_MICROS || now < freeCheckedAtMicros)) {
            freeCheckedAtMicros = now;
            try {
                long free = disk.freeBytes(directory);
                if (free < options.freeBytesMin()) {
                    if (refusing == null) {
                        LOG.warn(
                                "Only {} bytes of disk are free, the floor is {}: new readings are"
                                        + " refused until there is room",
                                free,
                                options.freeBytesMin());
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
        return refusing;
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

    /// What one commit writes.
    private final class Group {

        private final long nowMicros;
        private final List<Control> controls = new ArrayList<>(0);
        private final List<SessionWrite> sessions = new ArrayList<>(0);
        private final List<JournalRecord> defined = new ArrayList<>(0);
        private final List<JournalRecord> others = new ArrayList<>(2);
        private final List<Answer> answers = new ArrayList<>();
        private final List<Series> numbered = new ArrayList<>(0);
        private @Nullable ReadingsBuilder builder;
        private int positions;
        private int readings;
        private int bytes;
        private final long acceptedFromMicros = stream.acceptedFromMicros();

        Group(long nowMicros) {
            this.nowMicros = nowMicros;
        }

        boolean isEmpty() {
            return positions == 0 && answers.isEmpty();
        }

        /// A little room is left, since a series' definition may go with a reading.
        boolean hasRoomFor(JournalRecord record) {
            return positions == 0 || bytes + RecordCodec.bytesMax(record) <= entryBytesMax / 2;
        }

        void put(JournalRecord record) {
            others.add(record);
            positions += record.positions();
            bytes += RecordCodec.bytesMax(record);
        }

        /// Sessions begin no record beyond half of what readings may begin in.
        void takeSessionWrites() {
            SessionWrite each = sessionWrites.peek();
            while (each != null && bytes < entryBytesMax / 16 && hasRoomFor(each.next())) {
                if (sessions.isEmpty() || sessions.getLast() != each) {
                    sessions.add(each);
                }
                put(each.next());
                each.took();
                if (each.isTakenWhole()) {
                    sessionWrites.remove();
                    each = sessionWrites.peek();
                }
            }
        }

        boolean hasRoomForReadings() {
            return bytes < entryBytesMax / 8;
        }

        void takeSubmissions() {
            while (readings < options.commitReadingsMax() && hasRoomForReadings()) {
                Submission submission = intake.poll();
                if (submission == null) {
                    break;
                }
                take(submission);
            }
            closeBuilder();
        }

        private void take(Submission submission) {
            ReadingBatch batch = submission.readings();
            if (batch.size() > batchReadingsMax()) {
                answers.add(new Answer(submission, tooMany(batch.size())));
                metrics.refused(batch.size());
                return;
            }
            List<Refusal> refusals = List.of();
            for (int i = 0; i < batch.size(); i++) {
                String reason = take(submission, batch, i);
                if (reason != null) {
                    if (refusals.isEmpty()) {
                        refusals = new ArrayList<>();
                    }
                    refusals.add(new Refusal(i, reason));
                }
            }
            if (!refusals.isEmpty()) {
                metrics.refused(refusals.size());
            }
            answers.add(new Answer(submission, refusals));
        }

        private List<Refusal> tooMany(int size) {
            String reason =
                    "a message of "
                            + size
                            + " readings may not fit an entry of the journal; send at most "
                            + batchReadingsMax()
                            + " at a time, or raise journal.segment-bytes";
            List<Refusal> all = new ArrayList<>(size);
            for (int i = 0; i < size; i++) {
                all.add(new Refusal(i, reason));
            }
            return all;
        }

        /// Returns why the reading is refused, or null.
        private @Nullable String take(Submission submission, ReadingBatch batch, int i) {
            long timestamp = batch.timestampMicros(i);
            boolean given = timestamp == ReadingBatch.NO_TIMESTAMP;
            if (!given) {
                String reason = wrongTime(timestamp);
                if (reason != null) {
                    return reason;
                }
            }
            Series series = batch.series(i);
            int number = series.number();
            if (number == Series.UNNUMBERED) {
                number = numbers.find(series);
                if (number == Series.UNNUMBERED) {
                    if (numbers.count() >= options.seriesMax()) {
                        return "there are "
                                + numbers.count()
                                + " series already, the most that seriesMax allows; use a known"
                                + " sensor and metric, or raise stream.seriesMax";
                    }
                    number = numbers.assign(series);
                    numbered.add(series);
                    SeriesDefined definition =
                            new SeriesDefined(number, series.sensor(), series.metric());
                    defined.add(definition);
                    positions++;
                    bytes += RecordCodec.bytesMax(definition);
                } else {
                    series.number(number);
                }
            }
            if (given) {
                timestamp = numbers.giveTimestamp(number, nowMicros);
            }
            ReadingsBuilder into = builder;
            if (into == null || into.source() != submission.source().code()) {
                closeBuilder();
                into = new ReadingsBuilder(submission.source().code(), nowMicros);
                builder = into;
            }
            String unit = batch.unit(i);
            into.add(number, timestamp, batch.value(i), given, unit);
            readings++;
            bytes += ReadingsBuilder.bytesMax(unit);
            return null;
        }

        private @Nullable String wrongTime(long timestamp) {
            if (timestamp < 0) {
                return "the timestamp lies before 1970";
            }
            if (timestamp - nowMicros > micros(options.futureMax())) {
                return "the timestamp lies "
                        + (timestamp - nowMicros) / 1_000_000
                        + " s in the future, futureMax is "
                        + options.futureMax().toSeconds()
                        + " s; check the device's clock and unit (milliseconds)";
            }
            if (timestamp < acceptedFromMicros
                    || (!options.ageMax().isZero()
                            && timestamp < nowMicros - micros(options.ageMax()))) {
                return "the timestamp is older than what retention keeps";
            }
            return null;
        }

        private void closeBuilder() {
            ReadingsBuilder done = builder;
            if (done != null) {
                JournalRecord record = done.build();
                others.add(record);
                positions += record.positions();
                builder = null;
            }
        }

        List<JournalRecord> records() {
            if (defined.isEmpty()) {
                return others;
            }
            List<JournalRecord> all = new ArrayList<>(defined.size() + others.size());
            all.addAll(defined);
            all.addAll(others);
            return all;
        }

        List<Runnable> folded() {
            return controls.stream().map(Control::folded).filter(Objects::nonNull).toList();
        }

        /// Nothing of the group is in the journal: numbers given in it are free again.
        void rollBack() {
            numbers.takeBack(numbered);
        }

        void failAll(Failure failure) {
            for (Control each : controls) {
                each.failed().accept(failure);
            }
            for (SessionWrite each : sessions) {
                if (!each.isTakenWhole()) {
                    // Its end would be worth nothing, or worse.
                    sessionWrites.remove();
                }
                each.fail(failure);
            }
            for (Answer each : answers) {
                intake.release(each.submission.weightBytes());
                each.submission.fail(failure);
            }
        }

        void answerAll() {
            for (Control each : controls) {
                each.durable().run();
            }
            for (SessionWrite each : sessions) {
                if (each.isTakenWhole()) {
                    each.durable();
                }
            }
            for (Answer each : answers) {
                intake.release(each.submission.weightBytes());
                each.submission.complete(each.refusals);
            }
        }
    }

    /// Readings that fit an entry beside what a group may hold already, whatever their ids and units.
    private int batchReadingsMax() {
        return (int) (entryBytesMax * 3L / 4 / READING_BYTES_WORST);
    }

    private static long micros(java.time.Duration duration) {
        return TimeUnit.NANOSECONDS.toMicros(duration.toNanos());
    }
}
