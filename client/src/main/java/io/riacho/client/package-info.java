/// Addresses and TLS of whoever calls a server: commands, the simulated field, the load test.
///
/// [io.riacho.client.Target] is an address, [io.riacho.client.ClientTls] the certificates; every
/// command that calls a server takes both by the same options.
@NullMarked
package io.riacho.client;

import org.jspecify.annotations.NullMarked;
