package io.riacho.mqtt.spi;

import io.riacho.mqtt.packet.Qos;
import io.riacho.mqtt.packet.ReasonCode;

/// Listens to the fate of a message published by the server itself, for each subscriber. Called on event
/// loops: must not block and must not throw. Lasts as long as the process: of a message that survives a
/// crash nothing more is told.
public interface DeliveryListener {

    /// The subscriber acknowledged it: PUBACK for QoS 1, PUBCOMP for QoS 2; for QoS 0: it was written.
    ///
    /// @param qos the lesser of the message's and the subscription's
    void delivered(String clientId, Qos qos);

    /// It will not reach this subscriber.
    ///
    /// @param code the subscriber's own, or [ReasonCode#QUOTA_EXCEEDED]: its queue was full;
    ///     [ReasonCode#PACKET_TOO_LARGE]: for the client; [ReasonCode#UNSPECIFIED_ERROR]: it expired or
    ///     the session ended
    void dropped(String clientId, ReasonCode code);
}
