package io.riacho.pipeline.state.series;

/// A late reading that no resolution has come for.
///
/// @param series its series' number
/// @param position its position in the journal
public record PendingLate(
        int series,
        long position,
        String sensor,
        String metric,
        long timestampMicros,
        double value) {}
