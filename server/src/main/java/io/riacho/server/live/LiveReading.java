package io.riacho.server.live;

/// A reading that was just folded in, with its series' running statistics after it.
///
/// @param timestampMicros event time, µs since 1970 UTC
/// @param count distinct readings of the series so far
/// @param average running mean of the series
public record LiveReading(
        String sensor,
        String metric,
        double value,
        long timestampMicros,
        String source,
        long count,
        double average,
        double min,
        double max)
        implements LiveEvent {}
