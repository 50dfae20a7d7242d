package io.riacho.api.live;

import io.riacho.api.devices.Device;

/// A device that came, went, reported or was seen, as it is now.
public record LiveDevice(Device device) implements LiveEvent {}
