/// Ports of the server: interfaces that the embedding program implements, and what it gives and is
/// shown through them.
///
/// A client is let in by the [Authenticator], and allowed by the [Authorizer]; its messages go to the
/// [PublishHandler], a [PublishBatch] for each read; [ClientEvents] hears of it. [DeliveryListener] hears of
/// messages that the program itself publishes, and [MqttLimits] bounds everything. All of them are called on
/// event loops and must not block. The port to the store of sessions is
/// [io.riacho.mqtt.session.SessionStore].
@NullMarked
package io.riacho.mqtt.spi;

import org.jspecify.annotations.NullMarked;
