package io.riacho.core.stream;

/// A change of the state that a device is to be in: the data of a command.
///
/// @param id 32 hexadecimal digits derived from rule version, device and sequence: a replay mints
///     the same
/// @param sensor the sensor that decided
/// @param rule the name of the rule that decided
/// @param version the version of that rule
/// @param average the mean that the rule saw
/// @param issuedAtMicros event time of the decision, µs since 1970 UTC
/// @param sequence the device's transition number, from 1
public record Transition(
        String id,
        String device,
        String sensor,
        String rule,
        String version,
        boolean turnOn,
        double average,
        long issuedAtMicros,
        long sequence) {}
