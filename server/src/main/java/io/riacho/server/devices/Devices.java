package io.riacho.server.devices;

import io.riacho.server.devices.Device.Presence;
import java.util.List;
import java.util.Optional;

/// All devices that connect, or connected. Safe for use by many threads.
public interface Devices {

    Optional<Device> device(String id);

    /// How a device is now.
    Presence presence(Device device);

    /// All of them, by id.
    List<Device> all();
}
