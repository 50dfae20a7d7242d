package io.riacho.api.live;

import org.jspecify.annotations.Nullable;

/// A reading that was just folded in, with its series' running statistics after it.
///
/// @param timestampMicros event time, µs since 1970 UTC
/// @param unit as the reading has it; null: none, or not known since the server started
/// @param source the door it came by; null: not known since the server started
/// @param count distinct readings of the series so far
/// @param average running mean of the series
public record LiveReading(
        String sensor,
        String metric,
        double value,
        long timestampMicros,
        @Nullable String unit,
        @Nullable String source,
        long count,
        double average,
        double min,
        double max)
        implements LiveEvent {}
