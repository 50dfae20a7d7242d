package io.riacho.api.devices;

import io.riacho.api.devices.Device.Presence;
import java.util.List;
import java.util.Optional;

/// All devices that connect, or connected. Safe for use by many threads.
public interface Devices {

    Optional<Device> device(String id);

    /// How a device is now.
    Presence presence(Device device);

    /// What the device's connection did so far; empty when it has none here.
    Optional<Traffic> traffic(String device);

    /// How many devices there are in each presence.
    record Counts(int online, int unconfirmed, int offline, int unknown) {}

    /// How many there are now.
    Counts counts();

    /// The first so many, by id.
    default List<Device> first(int most) {
        List<Device> all = all();
        return all.size() <= most ? all : all.subList(0, most);
    }

    /// All of them, by id.
    List<Device> all();
}
