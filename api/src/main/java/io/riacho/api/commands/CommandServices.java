package io.riacho.api.commands;

import io.riacho.api.devices.Devices;

/// What doors use of the actuation.
public record CommandServices(
        Commands commands,
        Overrides manual,
        DeviceGroups groups,
        Devices devices,
        Updates updates) {}
