/// An HTTP/1.1 server on Netty, which is given its routes and knows nothing of readings.
///
/// [HttpServer] listens; an [HttpConnection] takes one request after the other, with a limit on
/// everything that a client can make grow; the [Router] finds the [Route], whose [Handler]
/// answers its [Exchange] from any thread. docs/decisions/0051 says why this is Netty and not a
/// framework.
@NullMarked
package io.riacho.http;

import org.jspecify.annotations.NullMarked;
