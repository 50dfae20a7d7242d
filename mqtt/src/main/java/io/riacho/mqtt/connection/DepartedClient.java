package io.riacho.mqtt.connection;

import io.riacho.mqtt.packet.Version;
import io.riacho.mqtt.spi.Client;
import io.riacho.mqtt.spi.ClientStatistics;
import java.net.SocketAddress;

/// A client as it was while it was connected: whose will it is.
record DepartedClient(
        String id,
        Version version,
        Object identity,
        SocketAddress remoteAddress,
        String listener,
        int keepAliveSeconds,
        ClientStatistics statistics)
        implements Client {

    static DepartedClient of(Client client) {
        return new DepartedClient(
                client.id(),
                client.version(),
                client.identity(),
                client.remoteAddress(),
                client.listener(),
                client.keepAliveSeconds(),
                client.statistics());
    }

    @Override
    public boolean isConnected() {
        return false;
    }
}
