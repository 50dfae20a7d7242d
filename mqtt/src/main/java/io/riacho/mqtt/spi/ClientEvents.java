package io.riacho.mqtt.spi;

import io.riacho.mqtt.packet.ReasonCode;

/// Listens to clients that come, subscribe and go. Called on event loops: must not block and must not throw.
public interface ClientEvents {

    ClientEvents NONE =
            new ClientEvents() {
                @Override
                public void connected(Client client, boolean sessionPresent) {}

                @Override
                public void subscribed(Client client, String filter) {}

                @Override
                public void disconnected(Client client, ReasonCode code, String reason) {}
            };

    /// CONNACK was sent.
    void connected(Client client, boolean sessionPresent);

    /// A subscription was granted and is in force, also one that a session brought with it: what is
    /// published from now on reaches the client.
    void subscribed(Client client, String filter);

    /// The connection is closed; for each that was connected, once.
    ///
    /// @param code [ReasonCode#SUCCESS] when the client said goodbye
    void disconnected(Client client, ReasonCode code, String reason);
}
