package io.riacho.pipeline.state.series;

/// Summary of one series: running statistics over all its distinct readings.
///
/// @param variance population variance
/// @param last the value of the reading with the newest timestamp
/// @param newestTimestampMicros that timestamp, µs since 1970 UTC
public record SeriesSummary(
        String sensor,
        String metric,
        long count,
        double mean,
        double min,
        double max,
        double variance,
        double last,
        long newestTimestampMicros) {}
