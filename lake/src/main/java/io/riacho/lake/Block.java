package io.riacho.lake;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The rows of a range of journal positions that is not sealed yet.
///
/// One thread appends until the block is frozen; any thread may read what was appended.
final class Block {

    /// Heap for a command's or a device event's object, without its strings.
    private static final int OBJECT_BYTES = 96;

    record Command(long position, CommandRow row) {}

    record DeviceEvent(long position, String device, String kind, String detail, long atMicros) {}

    private final int number;
    private final long firstPosition;
    private final Dictionary series = new Dictionary();
    private final Dictionary sources = new Dictionary();
    private final ReadingRows readings = new ReadingRows(false);
    private final ReadingRows conflicts = new ReadingRows(true);
    private final Log<Command> commands = new Log<>();
    private final Log<DeviceEvent> events = new Log<>();

    private long rows;
    private long rowBytes;

    /// @param number distinguishes the blocks of one run
    /// @param firstPosition positions of its rows lie from here
    Block(int number, long firstPosition) {
        this.number = number;
        this.firstPosition = firstPosition;
    }

    int number() {
        return number;
    }

    long firstPosition() {
        return firstPosition;
    }

    Dictionary series() {
        return series;
    }

    Dictionary sources() {
        return sources;
    }

    ReadingRows readings() {
        return readings;
    }

    ReadingRows conflicts() {
        return conflicts;
    }

    Log<Command> commands() {
        return commands;
    }

    Log<DeviceEvent> events() {
        return events;
    }

    /// For the writer, as the next one, and for anybody once it is frozen.
    long rows() {
        return rows;
    }

    long bytes() {
        return rowBytes + series.bytes() + sources.bytes();
    }

    void appendReading(
            long position,
            String sensor,
            String metric,
            long timestampMicros,
            double value,
            @Nullable String unit,
            String source,
            long receivedAtMicros) {
        readings.append(
                position,
                series.codeOf(sensor, metric, unit),
                timestampMicros,
                value,
                0,
                sources.codeOf(source, "", null),
                receivedAtMicros);
        counted(ReadingRows.ROW_BYTES);
    }

    void appendConflict(
            long position,
            String sensor,
            String metric,
            long timestampMicros,
            double value,
            double keptValue,
            @Nullable String unit,
            String source,
            long receivedAtMicros) {
        conflicts.append(
                position,
                series.codeOf(sensor, metric, unit),
                timestampMicros,
                value,
                keptValue,
                sources.codeOf(source, "", null),
                receivedAtMicros);
        counted(ReadingRows.ROW_BYTES + ReadingRows.KEPT_BYTES);
    }

    void appendCommand(long position, CommandRow row) {
        commands.add(new Command(position, row));
        counted(OBJECT_BYTES + row.id().length() + row.rule().length());
    }

    void appendEvent(long position, String device, String kind, String detail, long atMicros) {
        events.add(new DeviceEvent(position, device, kind, detail, atMicros));
        counted(OBJECT_BYTES + device.length() + kind.length() + detail.length());
    }

    private void counted(int bytes) {
        rows++;
        rowBytes += bytes;
    }

    /// An append-only list for what is rare.
    static final class Log<T> {

        private final List<T> entries = new ArrayList<>();

        synchronized void add(T entry) {
            entries.add(entry);
        }

        synchronized List<T> from(int index) {
            return List.copyOf(entries.subList(index, entries.size()));
        }

        synchronized int size() {
            return entries.size();
        }
    }
}
