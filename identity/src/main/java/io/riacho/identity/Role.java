package io.riacho.identity;

import java.util.Locale;

/// The part that a client plays. [Policy] has the rights of each; what it does not name is
/// denied.
public enum Role {
    /// A field device that publishes for many sensors and brings commands to actuators.
    GATEWAY,
    /// Reads sensors and sends commands.
    COMPUTE,
    /// Watches everything and changes nothing.
    OPERATOR,
    /// A client on a plain port: a free broker on every topic. Never issued to a device.
    LOCAL;

    /// As commands and files write it.
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The role of a device.
    ///
    /// @throws IllegalArgumentException when there is none of that name
    public static Role ofDevice(String text) {
        for (Role each : values()) {
            if (each != LOCAL && each.text().equals(text)) {
                return each;
            }
        }
        throw new IllegalArgumentException(
                "'" + text + "' is no role of a device: gateway, compute or operator");
    }
}
