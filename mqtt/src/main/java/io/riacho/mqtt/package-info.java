/// An MQTT 3.1.1 and 5.0 server that acknowledges what is durable and nothing else.
///
/// A message's way: [MqttConnection] cuts the bytes of one socket read into packets; the PUBLISHes of
/// that read become one [PublishBatch], which [Publishes] (the door to durability, given by whoever
/// embeds the server) takes and answers later, whole. Then the [Broker] finds who subscribed
/// ([SubscriptionTrie]), writes what outlives a crash to the session store, hands the messages to the
/// [Session]s, and the batch's PUBACKs and PUBRECs go out in one write, in the order of the PUBLISHes.
/// A session's queue is drained by its connection, as fast as its client takes it.
///
/// Threads: a connection lives on its event loop, and so does everything of its session that only an
/// online session needs. A session's queue is behind the session's own lock, since any loop may put a
/// message there. Subscriptions are read without locks.
///
/// Nothing here grows without a limit: [MqttLimits] lists them and what happens at each.
@NullMarked
package io.riacho.mqtt;

import org.jspecify.annotations.NullMarked;
