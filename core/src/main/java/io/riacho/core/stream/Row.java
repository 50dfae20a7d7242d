package io.riacho.core.stream;

import io.riacho.core.model.Reading;

/// A reading that counts.
///
/// @param position the position of the record that made it a row: its own, or its resolution's
public record Row(long position, Reading reading) {}
