/// MQTT clients that others wrote, against the real process.
///
/// A [io.riacho.acceptance.peers.Peer] is a client library or program; it makes a
/// [io.riacho.acceptance.peers.Link] by a [io.riacho.acceptance.peers.Way]: a version of MQTT over a
/// transport. `PeersTest` walks all of them through what a device does, `RefusedPeersTest` through what is
/// refused, and both hold what the documents say of it.
@NullMarked
package io.riacho.acceptance.peers;

import org.jspecify.annotations.NullMarked;
