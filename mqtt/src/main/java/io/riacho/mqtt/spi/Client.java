package io.riacho.mqtt.spi;

import io.riacho.mqtt.packet.Version;
import java.net.SocketAddress;

/// A connected client. Safe to read by any thread.
public interface Client {

    String id();

    Version version();

    /// What the [Authenticator] said that this is.
    Object identity();

    SocketAddress remoteAddress();

    /// The name of the listener that it came by.
    String listener();

    /// The longest silence that was agreed, or 0 for any.
    int keepAliveSeconds();

    ClientStatistics statistics();

    /// False of one that is gone, and whose will this is.
    default boolean isConnected() {
        return true;
    }
}
