package io.riacho.api.devices;

import java.time.Duration;
import java.util.function.Supplier;

/// A device's connection, as its door knows it.
///
/// @param address the host that it comes from
/// @param client what it speaks, such as `MQTT 5.0`
/// @param keepAlive the longest silence that was agreed, or zero: any
/// @param traffic asked by any thread
public record Connection(
        String address, String client, Duration keepAlive, Supplier<Traffic> traffic) {

    /// The silence that a device without keep-alive is granted.
    public static final Duration GRACE_WITHOUT_KEEP_ALIVE = Duration.ofMinutes(5);

    /// How long it may be silent before it counts as lost.
    public int graceMillis() {
        Duration grace =
                keepAlive.isZero()
                        ? GRACE_WITHOUT_KEEP_ALIVE
                        : keepAlive.multipliedBy(3).dividedBy(2);
        return Math.toIntExact(Math.min(Integer.MAX_VALUE, grace.toMillis()));
    }
}
