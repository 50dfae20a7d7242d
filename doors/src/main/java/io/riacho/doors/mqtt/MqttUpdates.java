package io.riacho.doors.mqtt;

import io.riacho.mqtt.MqttServer;
import io.riacho.mqtt.packet.PublishProperties;
import io.riacho.mqtt.packet.Qos;
import org.jspecify.annotations.Nullable;

/// Publishes updates, QoS 1, to the door's subscribers. Safe for use by many threads.
public final class MqttUpdates {

    private final MqttPublisher door;
    private final String topic;

    public MqttUpdates(MqttPublisher door, String topic) {
        this.door = door;
        this.topic = topic;
    }

    /// Publishes one.
    ///
    /// @param payload not to be changed afterwards
    /// @return to how many sessions it goes
    public int publish(byte[] payload, @Nullable String contentType) {
        return door.publish(
                topic,
                payload,
                Qos.AT_LEAST_ONCE,
                contentType == null
                        ? PublishProperties.NONE
                        : PublishProperties.contentType(contentType),
                MqttServer.Audience.EVERYONE,
                null);
    }
}
