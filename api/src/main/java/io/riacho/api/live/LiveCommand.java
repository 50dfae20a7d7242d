package io.riacho.api.live;

import io.riacho.api.commands.Command;

/// A command that was issued, or whose state changed.
public record LiveCommand(Command command) implements LiveEvent {}
