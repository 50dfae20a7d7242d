package io.riacho.lake;

/// The identity of a reading: no two rows of `readings` share it.
public record ReadingKey(String sensor, String metric, long timestampMicros) {}
