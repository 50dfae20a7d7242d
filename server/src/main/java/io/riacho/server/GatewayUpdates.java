package io.riacho.server;

import io.riacho.api.commands.Updates;
import io.riacho.doors.bridge.BridgeUpdates;
import io.riacho.doors.bridge.MqttBridge;
import io.riacho.doors.mqtt.MqttUpdates;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// Publishes updates to all gateways by each way that there is: the MQTT door, and another broker.
///
/// @param door null: our own MQTT door is closed
/// @param bridge null: there is no other broker
record GatewayUpdates(@Nullable MqttUpdates door, @Nullable ToBridge bridge) implements Updates {

    /// Updates on their way to another broker.
    ///
    /// @param updates published by the bridge
    record ToBridge(MqttBridge bridge, BridgeUpdates updates) {}

    @Override
    public CompletableFuture<Sent> publish(byte[] payload, @Nullable String contentType) {
        int subscribers = door == null ? 0 : door.publish(payload, contentType);
        if (bridge == null) {
            return CompletableFuture.completedFuture(
                    new Sent(door != null, subscribers, null, null));
        }
        String address = bridge.bridge().address();
        if (!bridge.bridge().isConnected()) {
            return CompletableFuture.completedFuture(
                    new Sent(door != null, subscribers, address, "it is not connected"));
        }
        return bridge.updates()
                .add(payload)
                .thenApply(refusal -> new Sent(door != null, subscribers, address, refusal));
    }
}
