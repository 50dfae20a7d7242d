package io.riacho.api.commands;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a person asks of devices, against or beside their rules.
public sealed interface OverrideRequest {

    /// Devices of one order.
    int DEVICES_MAX = 1_000;

    /// The longest [Hold#holdFor()].
    Duration HOLD_FOR_MAX = Duration.ofDays(366);

    /// Which devices; 1 to [#DEVICES_MAX], none of them twice.
    List<String> devices();

    /// On or off from now on, whatever rules of a lower priority say. A device gets a command for it
    /// even if it was told the same before.
    ///
    /// @param holdFor how long it holds, or null: until [Release]
    record Hold(List<String> devices, boolean turnOn, @Nullable Duration holdFor)
            implements OverrideRequest {
        public Hold {
            devices = checked(devices);
            if (holdFor != null && (!holdFor.isPositive() || holdFor.compareTo(HOLD_FOR_MAX) > 0)) {
                throw new IllegalArgumentException("a hold of " + holdFor);
            }
        }
    }

    /// Back to what the rules say.
    record Release(List<String> devices) implements OverrideRequest {
        public Release {
            devices = checked(devices);
        }
    }

    private static List<String> checked(List<String> devices) {
        if (devices.isEmpty() || devices.size() > DEVICES_MAX) {
            throw new IllegalArgumentException("an order to " + devices.size() + " devices");
        }
        return List.copyOf(devices);
    }
}
