package io.riacho.core.stream;

import org.jspecify.annotations.Nullable;

/// What came of a wish.
///
/// @param transition the change of the device's wished state, or null when it stays
/// @param refused whether the wish was not taken because the device has as many as it may
///     ([StreamOptions#wishesPerDeviceMax()])
public record DeviceOutcome(@Nullable Transition transition, boolean refused) {

    static final DeviceOutcome NOTHING = new DeviceOutcome(null, false);
    static final DeviceOutcome REFUSED = new DeviceOutcome(null, true);
}
