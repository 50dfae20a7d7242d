package io.riacho.pipeline.state.devices;

import io.riacho.api.devices.Connection;

/// State of a device's presence beyond its last event.
sealed interface PresenceState {

    /// Whether the device was online when the server stopped, and nothing came from it since.
    default boolean isUnconfirmed() {
        return false;
    }

    /// A door has a connection of the device.
    final class Connected implements PresenceState {
        private final Object key;
        private final Connection connection;
        private final boolean journaled;

        /// The bytes that had come when [#wasActive()] was asked last.
        private long bytesReceived;

        /// @param journaled false when the journal has to be told of it yet
        Connected(Object key, Connection connection, boolean journaled) {
            this(key, connection, journaled, -1);
        }

        private Connected(
                Object key, Connection connection, boolean journaled, long bytesReceived) {
            this.key = key;
            this.connection = connection;
            this.journaled = journaled;
            this.bytesReceived = bytesReceived;
        }

        boolean hasKey(Object other) {
            return key.equals(other);
        }

        Connection connection() {
            return connection;
        }

        boolean journaled() {
            return journaled;
        }

        Connected journaled(boolean told) {
            return told == journaled ? this : new Connected(key, connection, told, bytesReceived);
        }

        /// Whether something came since this was asked last; asked by one thread.
        boolean wasActive() {
            long before = bytesReceived;
            bytesReceived = connection.traffic().get().bytesReceived();
            return bytesReceived != before;
        }
    }

    /// The connection ended, or it was reported offline; it is offline unless it is back in time.
    ///
    /// @param lastSeenMicros when something last came from it, or 0: unknown
    record Leaving(String reason, long sinceMicros, long lastSeenMicros, boolean isUnconfirmed)
            implements PresenceState {}

    /// It was connected when the server stopped, and has until then to return.
    record Awaited(long untilMicros) implements PresenceState {
        @Override
        public boolean isUnconfirmed() {
            return true;
        }
    }

    /// It was reported online, and its last event does not say so yet.
    ///
    /// @param journaled false when the journal has to be told of it yet
    record ReportedOnline(boolean journaled) implements PresenceState {}

    /// Its last event says all there is.
    record Settled() implements PresenceState {}
}
