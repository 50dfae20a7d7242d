package io.riacho.lake;

/// Counts of what retention has removed.
///
/// @param days whole ones
/// @param readings in them
/// @param bytes of their files
public record Removed(long days, long readings, long bytes) {

    static final Removed NOTHING = new Removed(0, 0, 0);

    Removed plus(Removed other) {
        return new Removed(days + other.days, readings + other.readings, bytes + other.bytes);
    }
}
