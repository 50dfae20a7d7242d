package io.riacho.identity;

import io.riacho.core.rules.Globs;
import java.util.List;

/// The identity of a connected client, held by `Client.identity()`.
///
/// @param name the thing name; empty for a local client, which has none
/// @param sensors globs of the sensors that it publishes for; empty: every sensor
/// @param devices globs of the devices and groups whose commands it may hear; empty: every one
/// @param fingerprint SHA-256 of its certificate, hexadecimal; empty for a local client
public record DeviceIdentity(
        String name, Role role, List<String> sensors, List<String> devices, String fingerprint) {

    /// A client of a plain port.
    public static final DeviceIdentity LOCAL =
            new DeviceIdentity("", Role.LOCAL, List.of(), List.of(), "");

    public DeviceIdentity {
        sensors = List.copyOf(sensors);
        devices = List.copyOf(devices);
    }

    boolean publishesFor(String sensor) {
        return within(sensors, sensor);
    }

    /// Whether it may hear the commands of a device or group.
    public boolean hears(String device) {
        return within(devices, device);
    }

    /// `+` asks for every id, and so only those who are not restricted may, or whose glob is `*`.
    private static boolean within(List<String> globs, String id) {
        if (globs.isEmpty()) {
            return true;
        }
        for (String glob : globs) {
            if (id.equals("+") ? glob.equals("*") : Globs.matches(glob, id)) {
                return true;
            }
        }
        return false;
    }
}
