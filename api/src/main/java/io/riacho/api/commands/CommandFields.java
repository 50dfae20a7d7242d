package io.riacho.api.commands;

import io.riacho.core.stream.Transition;

/// The payload of a command: all that was known when it was decided, and never changes.
///
/// @param id derived from rule version, device and transition number: a replay mints the same one
/// @param device the device that takes it
/// @param sensor the sensor whose reading decided it; empty for one by hand
/// @param rule the rule's name
/// @param average the average that the rule saw; NaN for one by hand
/// @param issuedAtMicros event time of the decision, µs since 1970 UTC
/// @param sequence the device's transition number, from 1
public record CommandFields(
        String id,
        String device,
        String sensor,
        boolean turnOn,
        String rule,
        double average,
        long issuedAtMicros,
        long sequence) {

    /// The payload of a transition's command.
    public static CommandFields of(Transition transition) {
        return new CommandFields(
                transition.id(),
                transition.device(),
                transition.sensor(),
                transition.turnOn(),
                transition.rule(),
                transition.average(),
                transition.issuedAtMicros(),
                transition.sequence());
    }
}
