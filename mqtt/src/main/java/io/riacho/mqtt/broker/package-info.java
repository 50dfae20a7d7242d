/// Sessions, subscriptions and retained messages, and the way of a message to its subscribers.
///
/// The [Broker] is what all connections share. A message's topic is looked up in the [SubscriptionTrie],
/// which gives a [Route]: one target for each [Session], and one member of each [ShareGroup]. A [Fanout]
/// turns routes into [Delivery]s and the changes that must be stored first; carried out, it puts each
/// delivery into its session's [DeliveryQueue] and the retained ones into [RetainedMessages].
///
/// A session is owned by one connection at a time, which is a [SessionOwner] here: it is given the session,
/// told that another wants it, and woken when messages wait. Nothing else of connections is known.
@NullMarked
package io.riacho.mqtt.broker;

import org.jspecify.annotations.NullMarked;
