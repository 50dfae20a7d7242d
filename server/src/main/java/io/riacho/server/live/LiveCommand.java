package io.riacho.server.live;

import io.riacho.server.actuation.Command;

/// A command that was issued, or whose state changed.
public record LiveCommand(Command command) implements LiveEvent {}
