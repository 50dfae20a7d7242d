package io.riacho.core.stream;

import org.jspecify.annotations.Nullable;

/// The effect of a [DesiredState] on its device.
///
/// @param transition the change of the device's state, or null when it stays
/// @param refused whether the desired state was not taken because the device has as many as it may
///     ([StreamOptions#desiredStatesPerDeviceMax()])
public record DeviceOutcome(@Nullable Transition transition, boolean refused) {

    static final DeviceOutcome NOTHING = new DeviceOutcome(null, false);
    static final DeviceOutcome REFUSED = new DeviceOutcome(null, true);
}
