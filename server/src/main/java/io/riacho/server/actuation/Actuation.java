package io.riacho.server.actuation;

import io.riacho.server.devices.Devices;

/// What doors use of the actuation.
public record Actuation(
        Commands commands,
        ManualCommands manual,
        DeviceGroups groups,
        Devices devices,
        Updates updates) {}
