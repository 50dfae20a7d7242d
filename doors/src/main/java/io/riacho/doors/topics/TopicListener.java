package io.riacho.doors.topics;

import io.riacho.api.readings.Failure;
import io.riacho.formats.RiachoTopics;
import io.riacho.mqtt.spi.Client;

/// Hears what gateways send besides readings: messages of clients on the topics of status, errors and
/// diagnostics. What Riacho itself publishes there is not among it.
@FunctionalInterface
public interface TopicListener {

    /// Hears nothing: a plain broker's topics.
    TopicListener NONE = (_, _, _, _, handled) -> handled.durable();

    /// A message came. Subscribers get it, and its sender an acknowledgement, only after `handled`; so
    /// what the listener makes of it can be durable first. Called on an event loop: must not block and
    /// must not throw.
    ///
    /// @param kind [RiachoTopics.Kind#STATUS], `ERRORS` or `DIAGNOSTICS`
    /// @param payload the listener's own
    /// @param handled to be answered exactly once, on any thread, now or later
    void received(
            Client client, RiachoTopics.Kind kind, String topic, byte[] payload, Handled handled);

    /// The way back to the sender.
    interface Handled {

        /// What the listener wanted to keep of the message is on disk, or it wanted nothing.
        void durable();

        /// Nothing was kept: the sender gets no acknowledgement and is sent away, to try again.
        void failed(Failure failure);
    }
}
