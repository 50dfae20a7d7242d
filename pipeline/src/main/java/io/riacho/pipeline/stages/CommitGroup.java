package io.riacho.pipeline.stages;

import io.riacho.api.readings.Failure;
import io.riacho.api.readings.ReadingBatch;
import io.riacho.api.readings.Refusal;
import io.riacho.api.readings.Series;
import io.riacho.api.readings.SeriesTable;
import io.riacho.api.readings.Submission;
import io.riacho.pipeline.metrics.PipelineMetrics;
import io.riacho.pipeline.record.JournalRecord;
import io.riacho.pipeline.record.SystemRecord;
import io.riacho.pipeline.state.RecordCodec;
import io.riacho.pipeline.state.series.ReadingsBuilder;
import io.riacho.pipeline.state.series.SeriesNumbers;
import io.riacho.pipeline.state.series.SeriesRecord.SeriesDefined;
import io.riacho.pipeline.state.sessions.SessionWrite;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The records of one commit: those that are taken from the queues into it, and the answers when it is on disk or is
/// not. The journal's thread.
final class CommitGroup {

    /// A reading with the longest unit, and the definition of its series with the longest ids.
    private static final int READING_BYTES_WORST =
            ReadingsBuilder.BYTES_FIXED
                    + 3 * ReadingBatch.UNIT_CHARS_MAX
                    + 1
                    + 4
                    + 2 * (2 + SeriesTable.ID_BYTES_MAX);

    /// A submission with its readings that are refused.
    private record Answer(Submission submission, List<Refusal> refusals) {}

    /// What groups take from, and what bounds them.
    ///
    /// @param sessionWrites is appended to by other threads
    /// @param entryBytesMax of the journal, which holds a group in one entry
    record Sources(
            IntakeQueue intake,
            Queue<SessionWrite> sessionWrites,
            SeriesNumbers numbers,
            int entryBytesMax,
            PipelineOptions options,
            PipelineMetrics metrics) {}

    private final Sources sources;
    private final long nowMicros;
    private final long acceptedFromMicros;
    private final List<SystemRecord> systemRecords = new ArrayList<>(0);
    private final List<SessionWrite> sessions = new ArrayList<>(0);
    private final List<JournalRecord> defined = new ArrayList<>(0);
    private final List<JournalRecord> others = new ArrayList<>(2);
    private final List<Answer> answers = new ArrayList<>();

    /// Series that hold a number which was assigned in this group. Doors keep objects of their own, so
    /// a number may be in several.
    private final List<Series> numbered = new ArrayList<>(0);

    /// How many numbers were assigned before this group.
    private final int numbersBefore;

    private @Nullable ReadingsBuilder builder;
    private int positions;
    private int readings;
    private int bytes;

    /// @param nowMicros when it was begun
    /// @param acceptedFromMicros what is older is refused
    CommitGroup(Sources sources, long nowMicros, long acceptedFromMicros) {
        this.sources = sources;
        this.nowMicros = nowMicros;
        this.acceptedFromMicros = acceptedFromMicros;
        this.numbersBefore = sources.numbers().count();
    }

    /// When it was begun.
    long nowMicros() {
        return nowMicros;
    }

    int positions() {
        return positions;
    }

    int readings() {
        return readings;
    }

    void take(SystemRecord record) {
        systemRecords.add(record);
        put(record.record());
    }

    boolean isEmpty() {
        return positions == 0 && answers.isEmpty();
    }

    /// A little room is left, since a series' definition may go with a reading.
    boolean hasRoomFor(JournalRecord record) {
        return positions == 0
                || bytes + RecordCodec.bytesMax(record) <= sources.entryBytesMax() / 2;
    }

    private void put(JournalRecord record) {
        others.add(record);
        positions += record.positions();
        bytes += RecordCodec.bytesMax(record);
    }

    /// Sessions begin no record beyond half of what readings may begin in.
    void takeSessionWrites() {
        SessionWrite each = sources.sessionWrites().peek();
        while (each != null && bytes < sources.entryBytesMax() / 16 && hasRoomFor(each.next())) {
            if (sessions.isEmpty() || sessions.getLast() != each) {
                sessions.add(each);
            }
            put(each.next());
            each.took();
            if (each.isTakenWhole()) {
                sources.sessionWrites().remove();
                each = sources.sessionWrites().peek();
            }
        }
    }

    boolean hasRoomForReadings() {
        return bytes < sources.entryBytesMax() / 8;
    }

    void takeSubmissions() {
        while (readings < sources.options().fixed().commitReadingsMax() && hasRoomForReadings()) {
            Submission submission = sources.intake().poll();
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
            sources.metrics().refused(batch.size());
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
            sources.metrics().refused(refusals.size());
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
            number = sources.numbers().find(series);
            if (number == Series.UNNUMBERED) {
                if (sources.numbers().count() >= sources.options().stream().seriesMax()) {
                    return "there are "
                            + sources.numbers().count()
                            + " series already, the most that seriesMax allows; use a known"
                            + " sensor and metric, or raise stream.seriesMax";
                }
                number = sources.numbers().assign(series);
                SeriesDefined definition =
                        new SeriesDefined(number, series.sensor(), series.metric());
                defined.add(definition);
                positions++;
                bytes += RecordCodec.bytesMax(definition);
            } else {
                series.number(number);
            }
            if (number >= numbersBefore) {
                numbered.add(series);
            }
        }
        if (given) {
            timestamp = sources.numbers().giveTimestamp(number, nowMicros);
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
        if (timestamp - nowMicros > micros(sources.options().stream().futureMax())) {
            return "the timestamp lies "
                    + (timestamp - nowMicros) / 1_000_000
                    + " s in the future, futureMax is "
                    + sources.options().stream().futureMax().toSeconds()
                    + " s; check the device's clock and unit (milliseconds)";
        }
        if (timestamp < acceptedFromMicros
                || timestamp < nowMicros - sources.options().retention().ageMicrosMax()) {
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

    /// All records, in the order in which they are written.
    List<JournalRecord> records() {
        if (defined.isEmpty()) {
            return others;
        }
        List<JournalRecord> all = new ArrayList<>(defined.size() + others.size());
        all.addAll(defined);
        all.addAll(others);
        return all;
    }

    /// What runs once the group has changed the state.
    List<Runnable> folded() {
        return systemRecords.stream().map(SystemRecord::folded).filter(Objects::nonNull).toList();
    }

    /// Nothing of the group is in the journal: numbers given in it are free again.
    void rollBack() {
        sources.numbers().takeBack(numbered);
    }

    void failAll(Failure failure) {
        for (SystemRecord each : systemRecords) {
            each.failed().accept(failure);
        }
        for (SessionWrite each : sessions) {
            if (!each.isTakenWhole()) {
                // Its end would be worth nothing, or worse.
                sources.sessionWrites().remove();
            }
            each.fail(failure);
        }
        for (Answer each : answers) {
            sources.intake().release(each.submission.weightBytes());
            each.submission.fail(failure);
        }
    }

    void answerAll() {
        for (SystemRecord each : systemRecords) {
            each.durable().run();
        }
        for (SessionWrite each : sessions) {
            if (each.isTakenWhole()) {
                each.durable();
            }
        }
        for (Answer each : answers) {
            sources.intake().release(each.submission.weightBytes());
            each.submission.complete(each.refusals);
        }
    }

    /// Readings that fit an entry beside what a group may hold already, whatever their ids and units.
    private int batchReadingsMax() {
        return (int) (sources.entryBytesMax() * 3L / 4 / READING_BYTES_WORST);
    }

    private static long micros(Duration duration) {
        return TimeUnit.NANOSECONDS.toMicros(duration.toNanos());
    }
}
