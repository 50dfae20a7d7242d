package io.riacho.doors.mqtt;

import io.riacho.mqtt.spi.Client;

/// What connected clients are to commands. Called on event loops.
public interface ClientRoles {

    /// What a client is.
    enum Part {
        /// It has no identity, on a port that is for whoever reaches it. It is a device once it acts
        /// like one.
        ANYBODY,
        /// A gateway: a device, and the way to the devices behind it.
        DEVICE,
        /// It watches or computes: what it takes over is not delivered, and it is no device.
        OTHER
    }

    Part part(Client client);

    /// Whether the client may say what became of a device's command.
    boolean answersFor(Client client, String device);
}
