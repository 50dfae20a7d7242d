package io.riacho.api.commands;

/// Takes from doors the ways by which commands go out, and what came of each. Safe for use by
/// many threads.
public interface CommandDelivery extends Commands {

    /// Adds a way to devices. What was issued before, it asks for.
    void addSender(CommandSender sender);

    /// A command was given to somebody for its device.
    void sent(Command command);

    /// The device's side took a command over.
    void delivered(Command command);

    /// Issues an expired command again, with a new expiry: somebody is there for it.
    void renew(Command command);
}
