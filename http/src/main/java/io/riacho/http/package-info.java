/// An HTTP/1.1 server on Netty, as module `mqtt` is an MQTT server: connections, a router, exchanges, and a limit on
/// everything. It is given its routes and knows nothing of readings.
@NullMarked
package io.riacho.http;

import org.jspecify.annotations.NullMarked;
