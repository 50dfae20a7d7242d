package io.riacho.doors.mqtt;

import io.riacho.mqtt.packet.ReasonCode;
import io.riacho.mqtt.packet.Topics;
import io.riacho.mqtt.spi.Client;
import io.riacho.mqtt.spi.ClientEvents;

/// Passes connections and subscriptions of the door's clients on: to presence, and to the commands that a
/// client may have missed.
public final class GatewayEvents implements ClientEvents {

    private final DeviceWatch watch;
    private final MqttCommands commands;

    public GatewayEvents(DeviceWatch watch, MqttCommands commands) {
        this.watch = watch;
        this.commands = commands;
    }

    @Override
    public void connected(Client client, boolean sessionPresent) {
        watch.connected(client);
    }

    @Override
    public void subscribed(Client client, String filter) {
        watch.subscribed(client, Topics.unshared(filter));
        commands.subscribed(client, filter);
    }

    @Override
    public void disconnected(Client client, ReasonCode code, String reason) {
        watch.disconnected(client, code, reason);
    }
}
