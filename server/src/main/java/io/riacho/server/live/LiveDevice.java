package io.riacho.server.live;

import io.riacho.server.devices.Device;

/// A device that came, went, reported or was seen, as it is now.
public record LiveDevice(Device device) implements LiveEvent {}
