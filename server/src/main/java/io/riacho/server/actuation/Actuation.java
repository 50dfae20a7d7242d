package io.riacho.server.actuation;

/// What doors use of the actuation.
public record Actuation(Commands commands, ManualCommands manual, DeviceGroups groups) {}
