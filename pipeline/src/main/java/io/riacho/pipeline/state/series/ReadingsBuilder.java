package io.riacho.pipeline.state.series;

import io.riacho.pipeline.state.series.SeriesRecord.Readings;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Gathers readings of one door into columns.
public final class ReadingsBuilder {

    /// Bytes of a reading in the journal, without its unit's text.
    public static final int BYTES_FIXED = 4 + 8 + 8 + 1 + 2;

    private static final int CAPACITY_INITIAL = 64;

    private final int source;
    private final long receivedAtMicros;
    private int[] series = new int[CAPACITY_INITIAL];
    private long[] timestamps = new long[CAPACITY_INITIAL];
    private double[] values = new double[CAPACITY_INITIAL];
    private boolean @Nullable [] given;
    private @Nullable String @Nullable [] units;
    private int size;

    public ReadingsBuilder(int source, long receivedAtMicros) {
        this.source = source;
        this.receivedAtMicros = receivedAtMicros;
    }

    /// Bytes that one reading takes in the journal, at most.
    public static int bytesMax(@Nullable String unit) {
        return BYTES_FIXED + (unit == null ? 0 : 3 * unit.length());
    }

    public int source() {
        return source;
    }

    public void add(
            int number, long timestamp, double value, boolean timeGiven, @Nullable String unit) {
        if (size == values.length) {
            int room = size * 2;
            series = Arrays.copyOf(series, room);
            timestamps = Arrays.copyOf(timestamps, room);
            values = Arrays.copyOf(values, room);
            given = given == null ? null : Arrays.copyOf(given, room);
            units = units == null ? null : Arrays.copyOf(units, room);
        }
        series[size] = number;
        timestamps[size] = timestamp;
        values[size] = value;
        if (timeGiven) {
            if (given == null) {
                given = new boolean[values.length];
            }
            given[size] = true;
        }
        if (unit != null) {
            if (units == null) {
                units = new @Nullable String[values.length];
            }
            units[size] = unit;
        }
        size++;
    }

    public Readings build() {
        return new Readings(
                source, receivedAtMicros, size, series, timestamps, values, given, units);
    }
}
