package io.riacho.core.stream;

import io.riacho.core.model.Statistics;

/// The statistics of the rows with timestamps in [start, start + size).
///
/// @param startMicros a whole multiple of the size, µs since 1970 UTC
public record Window(long sizeMicros, long startMicros, Statistics statistics) {}
