package io.riacho.pipeline.state.commands;

import io.riacho.api.commands.Command;
import io.riacho.pipeline.record.JournalRecord;
import io.riacho.pipeline.record.RecordKind;
import java.util.List;

/// The records that change commands. That a command was *issued* is none: it follows from readings
/// and rules, and from orders by hand.
public sealed interface CommandRecord extends JournalRecord {

    /// A command went from one state to another.
    record CommandMoved(
            String device,
            String commandId,
            Command.State state,
            long atMicros,
            long expiresAtMicros)
            implements CommandRecord {
        @Override
        public RecordKind recordKind() {
            return RecordKind.COMMAND_MOVED;
        }
    }

    /// How long commands are worth carrying out that are issued from here on.
    record CommandExpirySet(long expiryMicros) implements CommandRecord {
        @Override
        public RecordKind recordKind() {
            return RecordKind.COMMAND_EXPIRY_SET;
        }
    }

    /// Somebody ordered devices on or off by hand, or gave them back to their rules.
    ///
    /// @param untilMicros when the order ends by itself, or `Held.UNTIL_RELEASED`
    record ManuallyOrdered(
            List<String> devices, Mode mode, int priority, long atMicros, long untilMicros)
            implements CommandRecord {

        /// Stored by name.
        public enum Mode {
            RELEASE,
            OFF,
            ON
        }

        @Override
        public RecordKind recordKind() {
            return RecordKind.MANUALLY_ORDERED;
        }
    }
}
