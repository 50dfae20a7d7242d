package io.riacho.server.actuation;

/// A way to devices beside subscriptions: a broker's topics.
@FunctionalInterface
public interface Outlet {

    /// Gives a command to whoever takes it for its device now, and tells [CommandBook#sent] if anybody
    /// did. On the stream thread: must not block.
    void send(Command command);
}
