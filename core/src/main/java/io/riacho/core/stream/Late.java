package io.riacho.core.stream;

import io.riacho.core.model.Reading;

/// A reading that has to be looked up among sealed rows.
///
/// @param position the reading's position; what the [SensorRecord.Resolution] must name
/// @param held whether the core waits for the resolution. False when it already waits for as many as
///     it may ([StreamOptions#pendingLateMax()]): then it keeps no trace of the reading, and the host
///     has to offer it again under a new position, or settle it otherwise
public record Late(long position, Reading reading, boolean held) {}
