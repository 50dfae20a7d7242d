package io.riacho.core.stream;

/// The result of a reading: whether it is a row, and why not.
public enum Verdict {
    /// It is a row now, and counts.
    NEW,
    /// Its series has a row of that timestamp and value; it changes nothing.
    DUPLICATE,
    /// Its series has a row of that timestamp with another value; that one stays.
    CONFLICT,
    /// It is older than what the series remembers; a [SensorRecord.Resolution] will settle it.
    LATE,
    /// The record concerned no reading.
    NONE
}
