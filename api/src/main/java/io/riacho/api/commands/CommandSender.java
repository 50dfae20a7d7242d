package io.riacho.api.commands;

/// A way to devices beside subscriptions: a broker's topics.
@FunctionalInterface
public interface CommandSender {

    /// Gives a command to whoever takes it for its device now, and tells [CommandTracker#sent] if anybody
    /// did. On the stream thread: must not block.
    void send(Command command);
}
