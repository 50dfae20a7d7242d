package io.riacho.pipeline;

import io.riacho.api.commands.Command;
import io.riacho.mqtt.session.SessionChange;
import io.riacho.pipeline.state.devices.DeviceEvent;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the journal holds: everything that changes the state. `docs/formats/records.md` has the
/// bytes. A record that holds several readings takes as many positions.
sealed interface JournalRecord {

    /// How many positions it takes, at least 1.
    default int positions() {
        return 1;
    }

    /// A series gets its number; numbers are given in order from 0.
    record SeriesDefined(int number, String sensor, String metric) implements JournalRecord {}

    /// Readings of one door, in columns; each takes one position. Columns may be longer than `size`.
    ///
    /// @param series series numbers
    /// @param given whether the server gave the timestamp; null when it gave none
    /// @param units units; null when there is none
    /// @param receivedAtMicros when they were taken from the intake, µs since 1970 UTC
    // Columns, never compared.
    @SuppressWarnings("ArrayRecordComponent")
    record Readings(
            int source,
            long receivedAtMicros,
            int size,
            int[] series,
            long[] timestamps,
            double[] values,
            boolean @Nullable [] given,
            @Nullable String @Nullable [] units)
            implements JournalRecord {
        @Override
        public int positions() {
            return size;
        }
    }

    /// What the lake knew of a late reading.
    ///
    /// @param series the late reading's series number
    /// @param of the late reading's position
    /// @param found whether sealed files hold a reading of that series and timestamp
    /// @param keptValue its value, if found
    record Resolved(int series, long of, boolean found, double keptValue)
            implements JournalRecord {}

    /// Every row up to a position is in the lake's files.
    record SealedUpTo(long upTo) implements JournalRecord {}

    /// Time went on while something waits for it.
    record ClockTick(long timeMicros) implements JournalRecord {}

    /// The rules in force from here on, as `Rules` writes them; read-only.
    record RulesSet(ByteBuffer definitions) implements JournalRecord {}

    /// What the MQTT server remembers of its sessions changed, by changes that belong together.
    ///
    /// @param changes in order; not to be changed
    /// @param bytes the same, each as `SessionChangeFormat` writes it; read-only
    record SessionsChanged(List<SessionChange> changes, ByteBuffer bytes)
            implements JournalRecord {}

    /// A command went from one state to another.
    record CommandMoved(
            String device,
            String commandId,
            Command.State state,
            long atMicros,
            long expiresAtMicros)
            implements JournalRecord {}

    /// Something happened to devices.
    record DevicesChanged(DeviceEvent event) implements JournalRecord {}

    /// Somebody ordered devices on or off by hand, or gave them back to their rules.
    ///
    /// @param untilMicros when the order ends by itself, or [ManualCommands.Held#UNTIL_RELEASED]
    record ManuallyOrdered(
            List<String> devices, Mode mode, int priority, long atMicros, long untilMicros)
            implements JournalRecord {

        /// Stored by name.
        enum Mode {
            RELEASE,
            OFF,
            ON
        }
    }
}
