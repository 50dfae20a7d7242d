package io.riacho.core.stream;

/// A state that a rule, or a person, wants of a device from now on, or no longer wants.
///
/// @param position the position of the record that brought it about
/// @param rule the rule's name
/// @param version the rule's version
/// @param sensor the sensor on whose behalf
/// @param metric the metric that the rule looked at
/// @param active true: it is wanted from now on; false: it is withdrawn
/// @param turnOn the state: on, or off
/// @param average the mean that the rule saw
/// @param timestampMicros event time of the decision, µs since 1970 UTC
public record DesiredState(
        long position,
        String rule,
        String version,
        String sensor,
        String metric,
        String device,
        boolean active,
        boolean turnOn,
        int priority,
        double average,
        long timestampMicros) {}
