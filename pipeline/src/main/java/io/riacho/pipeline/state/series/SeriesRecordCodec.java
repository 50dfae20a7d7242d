package io.riacho.pipeline.state.series;

import io.riacho.pipeline.record.RecordText;
import io.riacho.pipeline.state.series.SeriesRecord.ClockTick;
import io.riacho.pipeline.state.series.SeriesRecord.Readings;
import io.riacho.pipeline.state.series.SeriesRecord.Resolved;
import io.riacho.pipeline.state.series.SeriesRecord.RulesSet;
import io.riacho.pipeline.state.series.SeriesRecord.SealedUpTo;
import io.riacho.pipeline.state.series.SeriesRecord.SeriesDefined;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// The fields of series records as bytes, behind the kind's code, as `docs/formats/records.md`
/// specifies them.
public final class SeriesRecordCodec {

    private static final int HAS_GIVEN = 1;
    private static final int HAS_UNITS = 2;

    /// Bytes of a reading in [Readings], without its unit: series, timestamp, value, given.
    private static final int READING_BYTES = 4 + 8 + 8 + 1;

    private static final int READINGS_HEADER_BYTES = 1 + 1 + 8 + 4;

    private SeriesRecordCodec() {}

    /// Bytes that are enough for the record's fields.
    public static int bytesMax(SeriesRecord record) {
        return switch (record) {
            case SeriesDefined r ->
                    4 + RecordText.textMax(r.sensor()) + RecordText.textMax(r.metric());
            case Readings r -> readingsBytesMax(r);
            case Resolved _ -> 4 + 8 + 1 + 8;
            case SealedUpTo _ -> 8;
            case ClockTick _ -> 8;
            case RulesSet r -> 4 + r.definitions().remaining();
        };
    }

    private static int readingsBytesMax(Readings r) {
        int bytes = READINGS_HEADER_BYTES + r.size() * READING_BYTES;
        @Nullable String[] units = r.units();
        if (units != null) {
            for (int i = 0; i < r.size(); i++) {
                String unit = units[i];
                bytes += RecordText.textMax(unit == null ? "" : unit);
            }
        }
        return bytes;
    }

    public static void write(SeriesRecord record, ByteBuffer to) {
        switch (record) {
            case SeriesDefined r -> {
                to.putInt(r.number());
                RecordText.putText(to, r.sensor());
                RecordText.putText(to, r.metric());
            }
            case Readings r -> writeReadings(r, to);
            case Resolved r ->
                    to.putInt(r.series())
                            .putLong(r.of())
                            .put((byte) (r.found() ? 1 : 0))
                            .putDouble(r.keptValue());
            case SealedUpTo r -> to.putLong(r.upTo());
            case ClockTick r -> to.putLong(r.timeMicros());
            case RulesSet r ->
                    to.putInt(r.definitions().remaining()).put(r.definitions().duplicate());
        }
    }

    private static void writeReadings(Readings r, ByteBuffer to) {
        boolean[] given = r.given();
        @Nullable String[] units = r.units();
        int size = r.size();
        int flags = (given != null ? HAS_GIVEN : 0) | (units != null ? HAS_UNITS : 0);
        to.put((byte) flags).put((byte) r.source());
        to.putLong(r.receivedAtMicros()).putInt(size);
        to.asIntBuffer().put(r.series(), 0, size);
        to.position(to.position() + 4 * size);
        to.asLongBuffer().put(r.timestamps(), 0, size);
        to.position(to.position() + 8 * size);
        to.asDoubleBuffer().put(r.values(), 0, size);
        to.position(to.position() + 8 * size);
        if (given != null) {
            for (int i = 0; i < size; i++) {
                to.put((byte) (given[i] ? 1 : 0));
            }
        }
        if (units != null) {
            for (int i = 0; i < size; i++) {
                String unit = units[i];
                RecordText.putText(to, unit == null ? "" : unit);
            }
        }
    }

    public static SeriesDefined readDefined(ByteBuffer in) {
        return new SeriesDefined(in.getInt(), RecordText.getText(in), RecordText.getText(in));
    }

    public static Resolved readResolved(ByteBuffer in) {
        return new Resolved(in.getInt(), in.getLong(), in.get() != 0, in.getDouble());
    }

    public static SealedUpTo readSealed(ByteBuffer in) {
        return new SealedUpTo(in.getLong());
    }

    public static ClockTick readTick(ByteBuffer in) {
        return new ClockTick(in.getLong());
    }

    public static RulesSet readRules(ByteBuffer in) {
        byte[] definitions = RecordText.getBytes(in, in.getInt());
        return new RulesSet(ByteBuffer.wrap(definitions).asReadOnlyBuffer());
    }

    public static Readings readReadings(ByteBuffer in) {
        int flags = in.get();
        int source = in.get();
        long receivedAt = in.getLong();
        int size = in.getInt();
        if (size < 1 || size > in.remaining() / (READING_BYTES - 1)) {
            throw new IllegalArgumentException("a readings record of " + size);
        }
        int[] series = new int[size];
        in.asIntBuffer().get(series);
        in.position(in.position() + 4 * size);
        long[] timestamps = new long[size];
        in.asLongBuffer().get(timestamps);
        in.position(in.position() + 8 * size);
        double[] values = new double[size];
        in.asDoubleBuffer().get(values);
        in.position(in.position() + 8 * size);
        boolean[] given = null;
        if ((flags & HAS_GIVEN) != 0) {
            given = new boolean[size];
            for (int i = 0; i < size; i++) {
                given[i] = in.get() != 0;
            }
        }
        @Nullable String[] units = null;
        if ((flags & HAS_UNITS) != 0) {
            units = new @Nullable String[size];
            for (int i = 0; i < size; i++) {
                String unit = RecordText.getText(in);
                units[i] = unit.isEmpty() ? null : unit;
            }
        }
        return new Readings(source, receivedAt, size, series, timestamps, values, given, units);
    }
}
