package io.riacho.lake;

/// What identifies a reading: no two rows of `readings` share it.
public record ReadingKey(String sensor, String metric, long timestampMicros) {}
