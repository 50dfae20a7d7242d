/// How a client reaches a server: its address, and the proof of who is who.
///
/// [io.riacho.client.Target] is an address, [io.riacho.client.ClientTls] what TLS needs; every
/// command that calls a server takes both by the same options.
@NullMarked
package io.riacho.client;

import org.jspecify.annotations.NullMarked;
