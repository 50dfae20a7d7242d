package io.riacho.server.devices;

import org.jspecify.annotations.Nullable;

/// What is known of a device that connects, or connected.
///
/// @param online whether it was so by the last event; [DeviceBook] knows better since a start
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

    /// The newest report of a kind.
    ///
    /// @param text as it came, at most [DeviceEvent#REPORT_CHARS_MAX] characters of it
    /// @param count how many there were
    public record Report(String text, long atMicros, long count) {}

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
    boolean isOnlineByWord() {
        return online && graceMillis == DeviceEvent.BY_WORD_MILLIS;
    }

    /// Whether nobody knows whether it is there.
    boolean isUnknown() {
        return !online && reason.isEmpty();
    }

    static Device of(String id, long atMicros) {
        return new Device(id, false, atMicros, atMicros, "", "", 0, "", null, null, null);
    }

    Device connected(DeviceEvent.Connected event) {
        return new Device(
                id,
                true,
                online ? sinceMicros : event.atMicros(),
                Math.max(lastSeenMicros, event.atMicros()),
                event.address(),
                event.client(),
                event.graceMillis(),
                "",
                status,
                error,
                diagnostics);
    }

    Device left(DeviceEvent.Left event) {
        return new Device(
                id,
                false,
                event.atMicros(),
                Math.max(lastSeenMicros, event.lastSeenMicros()),
                address,
                client,
                graceMillis,
                event.reason(),
                status,
                error,
                diagnostics);
    }

    Device seen(long atMicros) {
        return new Device(
                id,
                online,
                sinceMicros,
                Math.max(lastSeenMicros, atMicros),
                address,
                client,
                graceMillis,
                reason,
                status,
                error,
                diagnostics);
    }

    Device reported(DeviceEvent.Reported event) {
        Device seen = seen(event.atMicros());
        return switch (event.kind()) {
            case STATUS -> seen.with(next(status, event), error, diagnostics);
            case ERROR -> seen.with(status, next(error, event), diagnostics);
            case DIAGNOSTICS -> seen.with(status, error, next(diagnostics, event));
        };
    }

    private Device with(
            @Nullable Report newStatus,
            @Nullable Report newError,
            @Nullable Report newDiagnostics) {
        return new Device(
                id,
                online,
                sinceMicros,
                lastSeenMicros,
                address,
                client,
                graceMillis,
                reason,
                newStatus,
                newError,
                newDiagnostics);
    }

    private static Report next(@Nullable Report before, DeviceEvent.Reported event) {
        return new Report(event.text(), event.atMicros(), before == null ? 1 : before.count() + 1);
    }
}
