package io.riacho.core.stream;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The readings of a series at or below its floor: late ones that wait for their resolution, and
/// rows that came of resolutions and are not sealed yet.
final class LateReadings {

    /// A late reading and those of the same timestamp that came after it.
    static final class Waiting {
        final SensorRecord.Measured first;
        final List<SensorRecord.Measured> others = new ArrayList<>(0);

        Waiting(SensorRecord.Measured first) {
            this.first = first;
        }

        int size() {
            return 1 + others.size();
        }
    }

    private record Aside(long position, double value) {}

    /// By position of the first, in that order.
    private final Map<Long, Waiting> byPosition = new LinkedHashMap<>();

    private final Map<Long, Waiting> byTimestamp = new HashMap<>();

    /// Rows by timestamp, in the order of their positions.
    private final Map<Long, Aside> rows = new LinkedHashMap<>();

    /// The value of the unsealed row at a timestamp, or null.
    @Nullable Double row(long timestampMicros) {
        Aside row = rows.get(timestampMicros);
        return row == null ? null : row.value();
    }

    void addRow(long timestampMicros, long position, double value) {
        rows.put(timestampMicros, new Aside(position, value));
    }

    @Nullable Waiting waitingAt(long timestampMicros) {
        return byTimestamp.get(timestampMicros);
    }

    void add(SensorRecord.Measured first) {
        put(new Waiting(first));
    }

    private void put(Waiting waiting) {
        byPosition.put(waiting.first.position(), waiting);
        byTimestamp.put(waiting.first.reading().timestampMicros(), waiting);
    }

    /// Takes out what waits for a resolution of that position; null when nothing does.
    @Nullable Waiting settle(long of) {
        Waiting settled = byPosition.remove(of);
        if (settled != null) {
            byTimestamp.remove(settled.first.reading().timestampMicros());
        }
        return settled;
    }

    /// Forgets the rows that are sealed.
    void sealed(long upTo) {
        for (Iterator<Aside> oldest = rows.values().iterator(); oldest.hasNext(); ) {
            if (oldest.next().position() > upTo) {
                return;
            }
            oldest.remove();
        }
    }

    /// How many readings wait.
    int waiting() {
        int sum = 0;
        for (Waiting one : byPosition.values()) {
            sum += one.size();
        }
        return sum;
    }

    /// How many rows are kept aside.
    int rows() {
        return rows.size();
    }

    /// The readings that a host has to look up, oldest position first.
    List<Late> unresolved() {
        return byPosition.values().stream()
                .map(one -> new Late(one.first.position(), one.first.reading(), true))
                .toList();
    }

    void writeTo(DataOutput out) throws IOException {
        StateCodec.writeVarint(out, byPosition.size());
        for (Waiting one : byPosition.values()) {
            write(out, one.first);
            StateCodec.writeVarint(out, one.others.size());
            for (SensorRecord.Measured other : one.others) {
                write(out, other);
            }
        }
        StateCodec.writeVarint(out, rows.size());
        for (Map.Entry<Long, Aside> row : rows.entrySet()) {
            out.writeLong(row.getKey());
            out.writeLong(row.getValue().position());
            out.writeDouble(row.getValue().value());
        }
    }

    private static void write(DataOutput out, SensorRecord.Measured measured) throws IOException {
        out.writeLong(measured.position());
        StateCodec.writeReading(out, measured.reading());
    }

    static LateReadings readFrom(DataInput in, String sensor, String metric) throws IOException {
        LateReadings read = new LateReadings();
        int count = StateCodec.readCount(in, Integer.MAX_VALUE, "late readings");
        for (int i = 0; i < count; i++) {
            Waiting one = new Waiting(readMeasured(in, sensor, metric));
            int others = StateCodec.readCount(in, Integer.MAX_VALUE, "late readings");
            for (int k = 0; k < others; k++) {
                one.others.add(readMeasured(in, sensor, metric));
            }
            read.put(one);
        }
        int rows = StateCodec.readCount(in, Integer.MAX_VALUE, "rows kept aside");
        for (int i = 0; i < rows; i++) {
            long timestampMicros = in.readLong();
            long position = in.readLong();
            read.addRow(timestampMicros, position, in.readDouble());
        }
        return read;
    }

    private static SensorRecord.Measured readMeasured(DataInput in, String sensor, String metric)
            throws IOException {
        long position = in.readLong();
        return new SensorRecord.Measured(position, StateCodec.readReading(in, sensor, metric));
    }
}
