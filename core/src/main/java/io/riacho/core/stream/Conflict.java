package io.riacho.core.stream;

import io.riacho.core.model.Reading;

/// A reading whose series has another value at its timestamp.
///
/// @param position the position of the record that settled it: the reading's own, or a resolution's
/// @param of the reading's own position
/// @param keptValue the value that stays
public record Conflict(long position, long of, Reading reading, double keptValue) {}
