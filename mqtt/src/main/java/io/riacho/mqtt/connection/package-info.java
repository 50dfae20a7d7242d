/// One client's connection: from its first byte to the release of its session.
///
/// Netty's [MqttHandler] tells the [MqttConnection] what comes. [PacketDecoderLoop] finds packets in it; the
/// [Handshake] takes CONNECT and ends with CONNACK; from there on the [PacketDispatcher] hands each packet to
/// [InboundPublishes] (messages from the client, until they are acknowledged), [OutboundPublishes] (messages
/// to it, likewise) or [SubscriptionRequests]. What they answer gathers in the [PacketBuffer]. All of it
/// lives on the connection's event loop and needs no lock.
///
/// [ConnectionRegistry] is the way in: makes the handler of a new channel and finds connected clients.
@NullMarked
package io.riacho.mqtt.connection;

import org.jspecify.annotations.NullMarked;
