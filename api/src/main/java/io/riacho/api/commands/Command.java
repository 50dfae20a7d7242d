package io.riacho.api.commands;

/// A command that brings a device to the state that its rules or a person want. Delivered at least once;
/// idempotent by its id.
///
/// @param fields its payload
/// @param state where it is on its way
/// @param expiresAtMicros when it is worthless, µs since 1970 UTC; renewed when it is issued again
public record Command(CommandFields fields, State state, long expiresAtMicros) {

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

    public String id() {
        return fields.id();
    }

    /// The device that takes it.
    public String device() {
        return fields.device();
    }

    /// The device's transition number, from 1.
    public long sequence() {
        return fields.sequence();
    }

    /// The command after a change of state; its expiry may have been renewed with it.
    public Command moved(State next, long newExpiryMicros) {
        return new Command(fields, next, newExpiryMicros);
    }

    /// Whether a device that returns should still get it: everything but carried out or replaced.
    public boolean isOpen() {
        return switch (state) {
            case ISSUED, SENT, DELIVERED, EXPIRED -> true;
            case ACKNOWLEDGED, SUPERSEDED -> false;
        };
    }
}
