package io.riacho.mqtt.connection;

import io.netty.channel.ChannelHandler;
import io.riacho.mqtt.broker.Broker;
import io.riacho.mqtt.packet.ReasonCode;
import io.riacho.mqtt.spi.Client;
import java.util.Collection;
import java.util.Collections;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Makes the connections of a server and finds the connected ones by client id. Safe for use by many
/// threads.
public final class ConnectionRegistry {

    private final Broker broker;
    private final Ports ports;
    private final ConcurrentHashMap<String, ConnectedClient> clients = new ConcurrentHashMap<>();

    public ConnectionRegistry(Broker broker, Ports ports) {
        this.broker = broker;
        this.ports = ports;
    }

    /// The last handler of a new channel's pipeline: speaks MQTT over the bytes that come.
    ///
    /// @param listener the name of the listener that the channel came by
    public ChannelHandler newHandler(String listener) {
        return new MqttHandler(this, listener);
    }

    /// The connected clients; changes while it is looked at.
    public Collection<? extends Client> clients() {
        return Collections.unmodifiableCollection(clients.values());
    }

    /// The connected client of this id, or null.
    public @Nullable Client client(String id) {
        return clients.get(id);
    }

    /// Sends a client away; its session stays.
    ///
    /// @return false when no such client is connected
    public boolean disconnect(String clientId, ReasonCode code, String reason) {
        ConnectedClient client = clients.get(clientId);
        if (client == null) {
            return false;
        }
        client.connection().endLater(code, reason);
        return true;
    }

    /// Sends every client away.
    public void disconnectAll(ReasonCode code, String reason) {
        for (ConnectedClient each : clients.values()) {
            each.connection().endLater(code, reason);
        }
    }

    Broker broker() {
        return broker;
    }

    Ports ports() {
        return ports;
    }

    void add(ConnectedClient client) {
        clients.put(client.id(), client);
    }

    void remove(ConnectedClient client) {
        clients.remove(client.id(), client);
    }
}
