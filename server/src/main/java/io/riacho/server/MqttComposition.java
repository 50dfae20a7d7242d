package io.riacho.server;

import io.micrometer.core.instrument.MeterRegistry;
import io.riacho.api.commands.CommandDelivery;
import io.riacho.api.commands.DeviceGroups;
import io.riacho.api.devices.DeviceEvents;
import io.riacho.doors.bridge.BridgeCommands;
import io.riacho.doors.bridge.BridgeListener;
import io.riacho.doors.bridge.BridgeReports;
import io.riacho.doors.bridge.BridgeUpdates;
import io.riacho.doors.bridge.OutboundSource;
import io.riacho.doors.mqtt.ClientRoles;
import io.riacho.doors.mqtt.DeviceWatch;
import io.riacho.doors.mqtt.GatewayEvents;
import io.riacho.doors.mqtt.GatewayReports;
import io.riacho.doors.mqtt.IdentityRoles;
import io.riacho.doors.mqtt.MqttCommands;
import io.riacho.doors.mqtt.MqttDoor;
import io.riacho.doors.mqtt.MqttPublisher;
import io.riacho.doors.topics.Reports;
import io.riacho.formats.RiachoTopics;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Puts together the parts by which commands reach devices over MQTT and reports come back, for the door
/// and for the bridge to another broker.
final class MqttComposition {

    private final Dependencies with;
    private final @Nullable BridgeCommands bridgeCommands;
    private final Reports reports;

    /// The parts that both sides share.
    ///
    /// @param executor for work that may take milliseconds
    /// @param clockMicros µs since 1970 UTC
    record Dependencies(
            CommandDelivery commands,
            DeviceEvents devices,
            DeviceGroups groups,
            RiachoTopics topics,
            Executor executor,
            LongSupplier clockMicros,
            MeterRegistry meters) {}

    /// @param commandsBridge whether commands go out to another broker. Not so where several instances
    ///     divide the readings there: rules of an instance that sees a part of the readings would command
    ///     by that part, and the others against it, under the same command ids.
    MqttComposition(Dependencies with, boolean commandsBridge) {
        this.with = with;
        BridgeCommands toBridge =
                commandsBridge
                        ? new BridgeCommands(with.commands(), with.groups(), with.topics())
                        : null;
        bridgeCommands = toBridge;
        reports =
                new Reports(
                        with.commands(),
                        with.devices(),
                        // It may have missed a command: no broker tells who subscribes.
                        device -> {
                            if (toBridge != null) {
                                toBridge.online(device);
                            }
                        },
                        with.meters());
    }

    /// Makes the listeners to the door's clients; commands go out by the door from now on.
    MqttDoor.Listeners listeners(MqttPublisher door) {
        ClientRoles roles = new IdentityRoles(with.groups());
        DeviceWatch watch = new DeviceWatch(with.devices(), roles, with.topics());
        MqttCommands commands =
                new MqttCommands(
                        door,
                        with.commands(),
                        with.groups(),
                        with.topics(),
                        roles,
                        with.executor(),
                        with.clockMicros());
        with.commands().addSender(commands);
        return new MqttDoor.Listeners(
                new GatewayReports(reports, watch, roles), new GatewayEvents(watch, commands));
    }

    /// The listener to messages of the other broker that are no readings.
    BridgeListener bridgeListener() {
        return new BridgeReports(reports, with.devices());
    }

    /// The messages to the other broker; commands go out by the bridge from now on, unless it has none.
    OutboundSource outbound(BridgeUpdates updates) {
        if (bridgeCommands == null) {
            return updates;
        }
        with.commands().addSender(bridgeCommands);
        return OutboundSource.first(updates, bridgeCommands);
    }
}
