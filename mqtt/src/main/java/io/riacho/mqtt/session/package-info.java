/// The durable records of sessions: a log of changes, from which a server goes on after a crash.
///
/// While the server runs, its memory is the truth. Whatever a peer may rely on afterwards (a
/// subscription, a message owed, the packet id of a QoS 2 message taken) is first written as a
/// [SessionChange] to a [SessionStore], and only when the store says that it is durable does the packet
/// go out which makes the promise. At a start the store gives back the [SessionImage], the fold of all
/// changes, and the server goes on from there. [SessionChangeFormat] turns a change into bytes, so that
/// a store needs to know nothing of MQTT: a journal that keeps bytes in order is enough.
@NullMarked
package io.riacho.mqtt.session;

import org.jspecify.annotations.NullMarked;
