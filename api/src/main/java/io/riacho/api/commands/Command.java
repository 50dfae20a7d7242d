package io.riacho.api.commands;

/// An order that brings a device to the wished state. Delivered at least once; idempotent by its id.
///
/// @param id derived from rule version, device and transition number: a replay mints the same one
/// @param device the device that takes it
/// @param sensor the sensor whose reading decided it
/// @param rule the rule's name
/// @param average the average that the rule saw
/// @param issuedAtMicros event time of the decision, µs since 1970 UTC
/// @param expiresAtMicros when it is worthless, µs since 1970 UTC
/// @param sequence the device's transition number, from 1
public record Command(
        String id,
        String device,
        String sensor,
        boolean turnOn,
        String rule,
        double average,
        long issuedAtMicros,
        long expiresAtMicros,
        long sequence,
        State state) {

    /// issued → sent → delivered → acknowledged or expired; expired → issued again.
    public enum State {
        ISSUED,
        SENT,
        DELIVERED,
        ACKNOWLEDGED,
        EXPIRED,
        /// A newer command for the device took its place before it was acknowledged.
        SUPERSEDED;

        /// Whether a command in this state may change to another.
        public boolean leadsTo(State next) {
            return switch (next) {
                case ISSUED -> this == EXPIRED;
                case SENT -> this == ISSUED || this == EXPIRED;
                case DELIVERED -> this == ISSUED || this == SENT;
                case ACKNOWLEDGED -> this != ACKNOWLEDGED;
                case EXPIRED -> this == ISSUED || this == SENT || this == DELIVERED;
                case SUPERSEDED -> false;
            };
        }
    }

    /// The command after a change of state; its expiry may have been renewed with it.
    public Command moved(State next, long newExpiryMicros) {
        return new Command(
                id,
                device,
                sensor,
                turnOn,
                rule,
                average,
                issuedAtMicros,
                newExpiryMicros,
                sequence,
                next);
    }

    /// Whether a device that returns should still get it: everything but carried out or replaced.
    public boolean isOpen() {
        return switch (state) {
            case ISSUED, SENT, DELIVERED, EXPIRED -> true;
            case ACKNOWLEDGED, SUPERSEDED -> false;
        };
    }
}
