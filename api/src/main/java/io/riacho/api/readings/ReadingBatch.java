package io.riacho.api.readings;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Readings in columns, each checked when it is added. Filled by one door on one thread, then owned
/// by the pipeline: a door must not touch it after the hand-over.
public final class ReadingBatch {

    /// The timestamp of a reading that has none: the pipeline gives it one.
    public static final long NO_TIMESTAMP = 0;

    /// The largest size of a value: squares of it stay finite.
    public static final double VALUE_MAX = 1e150;

    /// Characters in a unit.
    public static final int UNIT_CHARS_MAX = 32;

    /// Readings in one batch; a door cuts larger payloads.
    public static final int READINGS_MAX = 65_536;

    private Series[] series;
    private double[] values;
    private long[] timestamps;
    private @Nullable String @Nullable [] units;
    private int size;

    public ReadingBatch() {
        this(4);
    }

    public ReadingBatch(int capacity) {
        int room = Math.max(1, capacity);
        series = new Series[room];
        values = new double[room];
        timestamps = new long[room];
    }

    /// Adds a reading.
    ///
    /// @param timestampMicros event time in µs since 1970 UTC, or [#NO_TIMESTAMP]
    /// @param unit the unit, or null
    /// @throws InvalidReadingException when the value is not finite or larger than 1e150 in size, the
    ///     unit is too long, or the batch is full; the batch is then unchanged
    public void add(Series of, double value, long timestampMicros, @Nullable String unit)
            throws InvalidReadingException {
        if (!(Math.abs(value) <= VALUE_MAX)) {
            throw new InvalidReadingException(
                    "the value " + value + " is not finite and at most 1e150 in size");
        }
        if (unit != null && unit.length() > UNIT_CHARS_MAX) {
            throw new InvalidReadingException(
                    "the unit is longer than " + UNIT_CHARS_MAX + " characters");
        }
        if (size == READINGS_MAX) {
            throw new InvalidReadingException(
                    "more than " + READINGS_MAX + " readings in one message; send fewer at a time");
        }
        if (size == values.length) {
            grow();
        }
        series[size] = of;
        values[size] = value;
        timestamps[size] = timestampMicros;
        if (unit != null && !unit.isEmpty()) {
            if (units == null) {
                units = new @Nullable String[values.length];
            }
            units[size] = unit;
        }
        size++;
    }

    private void grow() {
        int room = Math.min(READINGS_MAX, Math.max(8, values.length * 2));
        series = Arrays.copyOf(series, room);
        values = Arrays.copyOf(values, room);
        timestamps = Arrays.copyOf(timestamps, room);
        if (units != null) {
            units = Arrays.copyOf(units, room);
        }
    }

    /// Takes back what was added last: a message that turns out to be broken halfway leaves nothing.
    ///
    /// @param keep how many of the readings stay, at most [#size()]
    public void truncate(int keep) {
        Objects.checkIndex(keep, size + 1);
        Arrays.fill(series, keep, size, null);
        if (units != null) {
            Arrays.fill(units, keep, size, null);
        }
        size = keep;
    }

    public int size() {
        return size;
    }

    public boolean isEmpty() {
        return size == 0;
    }

    public Series series(int index) {
        return series[index];
    }

    public double value(int index) {
        return values[index];
    }

    /// Event time in µs since 1970 UTC, or [#NO_TIMESTAMP].
    public long timestampMicros(int index) {
        return timestamps[index];
    }

    public @Nullable String unit(int index) {
        return units == null ? null : units[index];
    }
}
