package io.riacho.core.model;

import org.jspecify.annotations.Nullable;

/// One measured value.
///
/// @param sensor the sensor's id
/// @param metric what was measured
/// @param value finite, at most [#VALUE_MAX] in size
/// @param timestampMicros event time, µs since 1970 UTC, in years 1 to 9999
/// @param unit the unit as the sender named it, or null
/// @param source the door it came by, as a code that only the host understands
/// @param receivedAtMicros when the host received it, µs since 1970 UTC
public record Reading(
        String sensor,
        String metric,
        double value,
        long timestampMicros,
        @Nullable String unit,
        int source,
        long receivedAtMicros) {

    /// The largest size of a value: squares of differences stay finite.
    public static final double VALUE_MAX = 1e150;

    /// 0001-01-01T00:00:00Z.
    public static final long TIMESTAMP_MICROS_MIN = -62_135_596_800_000_000L;

    /// 9999-12-31T23:59:59.999999Z.
    public static final long TIMESTAMP_MICROS_MAX = 253_402_300_799_999_999L;

    /// Checks the ranges.
    ///
    /// @throws IllegalArgumentException when value or timestamp are out of their range: whoever let
    ///     the reading in has to check them first
    public Reading {
        if (!(Math.abs(value) <= VALUE_MAX)) {
            throw new IllegalArgumentException(
                    "the value " + value + " is not finite and at most 1e150 in size");
        }
        if (timestampMicros < TIMESTAMP_MICROS_MIN || timestampMicros > TIMESTAMP_MICROS_MAX) {
            throw new IllegalArgumentException(
                    "the timestamp " + timestampMicros + " µs is not in the years 1 to 9999");
        }
    }
}
