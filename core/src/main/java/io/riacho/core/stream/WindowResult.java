package io.riacho.core.stream;

/// A part of a tumbling window's statistics. All parts with the same series, size and start, merged,
/// are the window; there is one unless readings came late or crossed. A part's key is (sensor,
/// metric, size, start, position): a replay mints the same.
///
/// @param position the position of the record that handed it out
public record WindowResult(long position, String sensor, String metric, Window window) {}
