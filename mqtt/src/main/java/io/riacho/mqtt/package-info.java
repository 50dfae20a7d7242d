/// An MQTT 3.1.1 and 5.0 server that acknowledges what is durable and nothing else: [MqttServer], which
/// opens the sockets and puts the parts together.
///
/// The packages, each of which imports only those below it:
///
/// | package | what is in it |
/// |---|---|
/// | `io.riacho.mqtt` | [MqttServer] and its [Listener]s: sockets, TLS, WebSocket |
/// | [io.riacho.mqtt.connection] | one client's connection: handshake, dispatch, messages in and out |
/// | [io.riacho.mqtt.broker] | what connections share: sessions, subscriptions, retained messages, fan-out |
/// | [io.riacho.mqtt.session] | the durable records of sessions, and the port to their store |
/// | [io.riacho.mqtt.spi] | the ports that the embedding program implements, and what it is shown there |
/// | [io.riacho.mqtt.packet] | packets: bytes to values and back |
///
/// `session` and `spi` know nothing of each other; `packet` knows nothing at all.
///
/// A message's way: a connection cuts the bytes of one socket read into packets; the PUBLISHes of that
/// read become one [io.riacho.mqtt.spi.PublishBatch], which the
/// [io.riacho.mqtt.spi.PublishHandler] (the port to durability, given by whoever embeds the server) takes
/// and answers later, whole. Then the [io.riacho.mqtt.broker.Broker] finds who subscribed, what outlives a
/// crash is written to the [io.riacho.mqtt.session.SessionStore], the messages are handed to the
/// [io.riacho.mqtt.broker.Session]s, and the batch's PUBACKs and PUBRECs go out in one write, in the order
/// of the PUBLISHes. A session's queue is drained by its connection, as fast as its client takes it.
///
/// Threads: a connection lives on its event loop, and so does everything of its session that only an
/// online session needs. A session's queue is behind the session's own lock, since any loop may put a
/// message there. Subscriptions are read without locks.
///
/// Nothing here grows without a limit: [io.riacho.mqtt.spi.MqttLimits] lists them and what happens at
/// each.
@NullMarked
package io.riacho.mqtt;

import org.jspecify.annotations.NullMarked;
