package io.riacho.api.commands;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A request of a person to a number of devices, against or beside their rules.
public sealed interface OverrideRequest {

    /// Devices of one request.
    int DEVICES_MAX = 1_000;

    /// The longest [SetOverride#duration()].
    Duration DURATION_MAX = Duration.ofDays(366);

    /// Which devices; 1 to [#DEVICES_MAX], none of them twice.
    List<String> devices();

    /// On or off from now on, whatever rules of a lower priority say. A device gets a command for it
    /// even if it was told the same before.
    ///
    /// @param duration how long it lasts, or null: until [ClearOverride]
    record SetOverride(List<String> devices, boolean turnOn, @Nullable Duration duration)
            implements OverrideRequest {
        public SetOverride {
            devices = checked(devices);
            if (duration != null
                    && (!duration.isPositive() || duration.compareTo(DURATION_MAX) > 0)) {
                throw new IllegalArgumentException("an override of " + duration);
            }
        }
    }

    /// Back to what the rules say.
    record ClearOverride(List<String> devices) implements OverrideRequest {
        public ClearOverride {
            devices = checked(devices);
        }
    }

    private static List<String> checked(List<String> devices) {
        if (devices.isEmpty() || devices.size() > DEVICES_MAX) {
            throw new IllegalArgumentException("an override of " + devices.size() + " devices");
        }
        return List.copyOf(devices);
    }
}
