package io.riacho.server;

import io.micrometer.core.instrument.MeterRegistry;
import io.riacho.api.commands.CommandDelivery;
import io.riacho.api.commands.DeviceGroups;
import io.riacho.api.commands.Updates;
import io.riacho.api.devices.DeviceEvents;
import io.riacho.doors.bridge.BridgeCommands;
import io.riacho.doors.bridge.BridgeListener;
import io.riacho.doors.bridge.BridgeReports;
import io.riacho.doors.bridge.BridgeUpdates;
import io.riacho.doors.bridge.MqttBridge;
import io.riacho.doors.bridge.OutboundSource;
import io.riacho.doors.mqtt.ClientRoles;
import io.riacho.doors.mqtt.DeviceWatch;
import io.riacho.doors.mqtt.GatewayReports;
import io.riacho.doors.mqtt.MqttCommands;
import io.riacho.doors.mqtt.MqttDoor;
import io.riacho.doors.topics.Reports;
import io.riacho.doors.topics.TopicListener;
import io.riacho.formats.RiachoTopics;
import io.riacho.mqtt.MqttServer;
import io.riacho.mqtt.packet.PublishProperties;
import io.riacho.mqtt.packet.Qos;
import io.riacho.mqtt.packet.ReasonCode;
import io.riacho.mqtt.packet.Topics;
import io.riacho.mqtt.spi.Client;
import io.riacho.mqtt.spi.ClientEvents;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Commands, devices and updates over MQTT: made before the door and the link to another broker, which hear
/// by it, and opened with each of them, by which it speaks.
public final class MqttActuation implements ClientEvents, Updates {

    private final CommandDelivery book;
    private final RiachoTopics topics;
    private final MqttCommands commands;
    private final BridgeCommands brokerCommands;
    private final BridgeUpdates brokerUpdates;
    private final DeviceWatch watch;
    private final GatewayReports reports;
    private final BridgeReports brokerReports;
    private final DeviceGroups groups;
    private volatile @Nullable MqttDoor door;
    private volatile @Nullable MqttBridge link;
    private volatile boolean commandsBroker;

    /// @param executor for work that may take milliseconds
    /// @param clockMicros µs since 1970 UTC
    public MqttActuation(
            CommandDelivery book,
            DeviceEvents devices,
            DeviceGroups groups,
            RiachoTopics topics,
            ClientRoles roles,
            Executor executor,
            LongSupplier clockMicros,
            MeterRegistry meters) {
        this.book = book;
        this.topics = topics;
        this.groups = groups;
        this.commands = new MqttCommands(book, groups, topics, roles, executor, clockMicros);
        this.brokerCommands = new BridgeCommands(book, groups, topics);
        this.brokerUpdates = new BridgeUpdates(topics.updates());
        this.watch = new DeviceWatch(devices, roles, topics);
        Reports all = new Reports(book, devices, this::isOnline, meters);
        this.reports = new GatewayReports(all, watch, roles);
        this.brokerReports = new BridgeReports(all, devices);
    }

    /// What hears status, errors and diagnostics.
    public TopicListener reports() {
        return reports;
    }

    /// The door is open: commands go out from now on.
    public void open(MqttDoor opened) {
        door = opened;
        commands.open(opened);
        book.addSender(commands);
    }

    /// What hears what comes from another broker besides readings.
    public BridgeListener brokerReports() {
        return brokerReports;
    }

    /// A device, or a group of them, that says so may have missed a command: no broker tells who subscribes.
    private void isOnline(String device) {
        if (commandsBroker) {
            groups.members(device).orElse(List.of(device)).forEach(brokerCommands::wants);
        }
    }

    /// What goes out to another broker: updates and, unless several instances divide the readings there,
    /// commands. Rules of an instance that sees a part of the readings would command by that part, and the
    /// others against it, under the same command ids.
    ///
    /// @param shared whether they do
    public OutboundSource outgoing(boolean shared) {
        return shared ? brokerUpdates : OutboundSource.first(brokerUpdates, brokerCommands);
    }

    /// There is another broker: what [#outgoing] says goes out there from now on.
    public void open(MqttBridge opened, boolean shared) {
        link = opened;
        if (!shared) {
            commandsBroker = true;
            book.addSender(brokerCommands);
            brokerCommands.wakeBy(opened::wake);
        }
    }

    @Override
    public CompletableFuture<Sent> publish(byte[] payload, @Nullable String contentType) {
        MqttDoor to = door;
        int subscribers =
                to == null
                        ? 0
                        : to.publish(
                                topics.updates(),
                                payload,
                                Qos.AT_LEAST_ONCE,
                                contentType == null
                                        ? PublishProperties.NONE
                                        : PublishProperties.contentType(contentType),
                                MqttServer.Audience.EVERYONE,
                                null);
        MqttBridge other = link;
        if (other == null) {
            return CompletableFuture.completedFuture(new Sent(to != null, subscribers, null, null));
        }
        if (!other.isConnected()) {
            return CompletableFuture.completedFuture(
                    new Sent(to != null, subscribers, other.address(), "it is not connected"));
        }
        CompletableFuture<@Nullable String> published = brokerUpdates.add(payload);
        other.wake();
        return published.thenApply(
                refusal -> new Sent(to != null, subscribers, other.address(), refusal));
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
