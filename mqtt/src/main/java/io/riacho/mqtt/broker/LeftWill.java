package io.riacho.mqtt.broker;

import io.riacho.mqtt.packet.ConnectPacket;

/// The will of a client that is gone.
public interface LeftWill {

    ConnectPacket.Will will();

    /// Has the message made durable as if its client had sent it now. Under no lock.
    ///
    /// @param publish runs once it is, on any thread; never when it is refused, or cannot be made durable
    void whenDurable(Runnable publish);
}
