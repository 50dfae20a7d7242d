package io.riacho.lake;

/// One state that a command reached.
///
/// @param state `issued`, `sent`, `delivered`, `acknowledged`, `expired` or another word of the actuation
/// @param atMicros when it reached the state; epoch microseconds, as the other two times
public record CommandRow(
        String id,
        String device,
        String sensor,
        String rule,
        boolean turnOn,
        double average,
        long sequence,
        String state,
        long atMicros,
        long issuedAtMicros,
        long expiresAtMicros) {}
