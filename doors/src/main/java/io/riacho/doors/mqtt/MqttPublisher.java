package io.riacho.doors.mqtt;

import io.riacho.mqtt.MqttServer;
import io.riacho.mqtt.packet.PublishProperties;
import io.riacho.mqtt.packet.Qos;
import io.riacho.mqtt.spi.Client;
import io.riacho.mqtt.spi.DeliveryListener;
import org.jspecify.annotations.Nullable;

/// Publishes messages of Riacho's own to the door's clients. Safe for use by many threads; never blocks.
/// Before the door listens, nobody is there to get them.
public interface MqttPublisher {

    /// Publishes a message, not retained; see [MqttServer#publish].
    ///
    /// @param payload by reference, not to be changed afterwards
    /// @param listener told for each subscriber what became of it, or null
    /// @return to how many sessions it goes
    int publish(
            String topic,
            byte[] payload,
            Qos qos,
            PublishProperties properties,
            MqttServer.Audience audience,
            @Nullable DeliveryListener listener);

    /// Publishes a message to one client alone; see [MqttServer#publishTo].
    ///
    /// @return whether it goes there
    boolean publishTo(
            String clientId,
            String topic,
            byte[] payload,
            Qos qos,
            PublishProperties properties,
            @Nullable DeliveryListener listener);

    /// The connected client of this id, or null.
    @Nullable Client client(String id);
}
