package io.riacho.api.commands;

/// Sends commands to devices by a broker's topics, beside subscriptions.
@FunctionalInterface
public interface CommandSender {

    /// Gives a command to those who take it for its device now, and tells [CommandDelivery#sent] if anybody
    /// did. On the stream thread: must not block.
    void send(Command command);
}
