package io.riacho.api.devices;

import org.jspecify.annotations.Nullable;

/// A device that connects, or connected, with its newest reports.
///
/// @param online whether it was so by the last event; presence ([Devices#presence]) knows better since a start
/// @param sinceMicros since when it is online or offline, µs since 1970 UTC
/// @param lastSeenMicros when something last came from it, to the minute while it is online
/// @param address the host that it connects from; empty when unknown
/// @param client what it speaks, such as `MQTT 5.0`
/// @param graceMillis how long it may be silent before its connection counts as lost; 0 without one
/// @param reason why it went offline; empty while it is online
/// @param status its newest status report
/// @param error its newest error report
/// @param diagnostics its newest diagnostics
public record Device(
        String id,
        boolean online,
        long sinceMicros,
        long lastSeenMicros,
        String address,
        String client,
        int graceMillis,
        String reason,
        @Nullable Report status,
        @Nullable Report error,
        @Nullable Report diagnostics) {

    /// Longer reports are cut.
    public static final int REPORT_CHARS_MAX = 1_024;

    /// The grace of a device that is online by its own word: there is no connection that could be lost.
    public static final int BY_WORD_MILLIS = 0;

    /// The newest report of a kind.
    ///
    /// @param text as it came, at most [#REPORT_CHARS_MAX] characters of it
    /// @param count how many there were
    public record Report(String text, long atMicros, long count) {

        /// The kinds, in the order of their codes.
        public enum Kind {
            STATUS,
            ERROR,
            DIAGNOSTICS
        }
    }

    /// How a device is now.
    public enum Presence {
        /// It is connected, or said so last.
        ONLINE,
        /// It was connected when the server stopped, and has not had its time to return yet.
        UNCONFIRMED,
        OFFLINE,
        /// It reported something, and neither connected nor said whether it is online.
        UNKNOWN
    }

    /// Whether it is online by what it said, or what was said for it, and not by a connection of ours.
    public boolean isOnlineByWord() {
        return online && graceMillis == BY_WORD_MILLIS;
    }

    /// Whether nobody knows whether it is there.
    public boolean isUnknown() {
        return !online && reason.isEmpty();
    }
}
