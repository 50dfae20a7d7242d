package io.riacho.server.actuation.mqtt;

import io.micrometer.core.instrument.MeterRegistry;
import io.riacho.mqtt.MqttServer;
import io.riacho.mqtt.packet.PublishProperties;
import io.riacho.mqtt.packet.Qos;
import io.riacho.mqtt.packet.ReasonCode;
import io.riacho.mqtt.packet.Topics;
import io.riacho.mqtt.spi.Client;
import io.riacho.mqtt.spi.ClientEvents;
import io.riacho.server.actuation.CommandBook;
import io.riacho.server.actuation.DeviceGroups;
import io.riacho.server.actuation.Updates;
import io.riacho.server.devices.DeviceBook;
import io.riacho.server.ingest.mqtt.MqttDoor;
import io.riacho.server.ingest.mqtt.TopicListener;
import io.riacho.server.ingest.mqtt.TopicTree;
import io.riacho.server.ingest.mqtt.broker.BrokerLink;
import io.riacho.server.ingest.mqtt.broker.BrokerListener;
import io.riacho.server.ingest.mqtt.broker.Outgoing;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Commands, devices and updates over MQTT: made before the door and the link to another broker, which hear
/// by it, and opened with each of them, by which it speaks.
public final class MqttActuation implements ClientEvents, Updates {

    private final CommandBook book;
    private final TopicTree topics;
    private final MqttCommands commands;
    private final BrokerCommands brokerCommands;
    private final BrokerUpdates brokerUpdates;
    private final DeviceWatch watch;
    private final GatewayReports reports;
    private final BrokerReports brokerReports;
    private final DeviceGroups groups;
    private volatile @Nullable MqttDoor door;
    private volatile @Nullable BrokerLink link;
    private volatile boolean commandsBroker;

    /// @param executor for work that may take milliseconds
    /// @param clockMicros µs since 1970 UTC
    public MqttActuation(
            CommandBook book,
            DeviceBook devices,
            DeviceGroups groups,
            TopicTree topics,
            ClientRoles roles,
            Executor executor,
            LongSupplier clockMicros,
            MeterRegistry meters) {
        this.book = book;
        this.topics = topics;
        this.groups = groups;
        this.commands = new MqttCommands(book, groups, topics, roles, executor, clockMicros);
        this.brokerCommands = new BrokerCommands(book, groups, topics);
        this.brokerUpdates = new BrokerUpdates(topics.updates());
        this.watch = new DeviceWatch(devices, roles, topics);
        Reports all = new Reports(book, devices, this::isOnline, meters);
        this.reports = new GatewayReports(all, watch, roles);
        this.brokerReports = new BrokerReports(all, devices);
    }

    /// What hears status, errors and diagnostics.
    public TopicListener reports() {
        return reports;
    }

    /// The door is open: commands go out from now on.
    public void open(MqttDoor opened) {
        door = opened;
        commands.open(opened);
        book.outlet(commands);
    }

    /// What hears what comes from another broker besides readings.
    public BrokerListener brokerReports() {
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
    public Outgoing outgoing(boolean shared) {
        return shared ? brokerUpdates : Outgoing.first(brokerUpdates, brokerCommands);
    }

    /// There is another broker: what [#outgoing] says goes out there from now on.
    public void open(BrokerLink opened, boolean shared) {
        link = opened;
        if (!shared) {
            commandsBroker = true;
            book.outlet(brokerCommands);
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
        BrokerLink other = link;
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
