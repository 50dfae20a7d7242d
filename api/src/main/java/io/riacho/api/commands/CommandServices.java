package io.riacho.api.commands;

import io.riacho.api.devices.Devices;

/// The services by which doors command devices and see them.
public record CommandServices(
        Commands commands,
        Overrides overrides,
        DeviceGroups groups,
        Devices devices,
        Updates updates) {}
