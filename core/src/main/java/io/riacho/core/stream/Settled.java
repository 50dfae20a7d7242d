package io.riacho.core.stream;

/// The verdict on a reading that was late.
///
/// @param of the reading's position
public record Settled(long of, Verdict verdict) {}
