package io.riacho.doors.mqtt;

import io.riacho.api.devices.Connection;
import io.riacho.api.devices.DeviceEvents;
import io.riacho.api.devices.Traffic;
import io.riacho.api.readings.SeriesTable;
import io.riacho.formats.RiachoTopics;
import io.riacho.mqtt.packet.ReasonCode;
import io.riacho.mqtt.packet.Version;
import io.riacho.mqtt.spi.Client;
import io.riacho.mqtt.spi.ClientStatistics;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Locale;

/// Which clients are devices, and when they come and go. On event loops.
///
/// A gateway by its identity is a device. A client without one becomes a device when it acts like one: it
/// subscribes to commands, or reports. Others come and go by the thousand, with names made up, and leave
/// nothing behind; so do those whose client id cannot be a device's.
public final class DeviceWatch {

    private final DeviceEvents book;
    private final ClientRoles roles;
    private final RiachoTopics topics;

    public DeviceWatch(DeviceEvents book, ClientRoles roles, RiachoTopics topics) {
        this.book = book;
        this.roles = roles;
        this.topics = topics;
    }

    public void connected(Client client) {
        switch (roles.part(client)) {
            case DEVICE -> isThere(client);
            case ANYBODY -> {
                if (book.isKnown(client.id())) {
                    isThere(client);
                }
            }
            case OTHER -> {}
        }
    }

    /// Takes a client that subscribes a device's topic for that device.
    ///
    /// @param filter without `$share/name/`
    public void subscribed(Client client, String filter) {
        if (topics.device(filter) != null) {
            actsLikeADevice(client);
        }
    }

    void actsLikeADevice(Client client) {
        if (roles.part(client) != ClientRoles.Part.OTHER) {
            isThere(client);
        }
    }

    private void isThere(Client client) {
        if (!SeriesTable.isId(client.id())) {
            return;
        }
        book.connected(
                client.id(),
                client,
                new Connection(
                        host(client.remoteAddress()),
                        client.version() == Version.MQTT_5 ? "MQTT 5.0" : "MQTT 3.1.1",
                        Duration.ofSeconds(client.keepAliveSeconds()),
                        () -> traffic(client.statistics())));
    }

    private static Traffic traffic(ClientStatistics s) {
        return new Traffic(
                s.messagesReceived(),
                s.bytesReceived(),
                s.messagesSent(),
                s.bytesSent(),
                s.messagesQueued(),
                s.messagesDropped());
    }

    private static String host(SocketAddress address) {
        return address instanceof InetSocketAddress inet && inet.getAddress() != null
                ? inet.getAddress().getHostAddress()
                : address.toString();
    }

    public void disconnected(Client client, ReasonCode code, String reason) {
        String why = reason.isEmpty() ? code.name().toLowerCase(Locale.ROOT) : reason;
        book.disconnected(client.id(), client, code == ReasonCode.KEEP_ALIVE_TIMEOUT, why);
    }
}
