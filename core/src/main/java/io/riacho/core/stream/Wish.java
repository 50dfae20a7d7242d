package io.riacho.core.stream;

/// A rule began or ceased to wish something of a device.
///
/// @param position the position of the record that brought it about
/// @param rule the rule's name
/// @param version the rule's version
/// @param sensor the sensor on whose behalf
/// @param metric the metric that the rule looked at
/// @param active true: it wishes from now on; false: it abstains from now on
/// @param turnOn what it wishes, or wished
/// @param average the mean that the rule saw
/// @param timestampMicros event time of the decision, µs since 1970 UTC
public record Wish(
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
