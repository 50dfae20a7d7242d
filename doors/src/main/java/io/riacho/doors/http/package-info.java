/// The HTTP door, port 8080: readings in; series, SQL, live events and the page out.
///
/// [HttpDoor] listens; an [HttpConnection] takes one request after the other, with every limit there
/// is; the [Router] finds the [Handler], which answers its [Exchange] from whatever thread it likes.
/// docs/http.md is the contract; docs/decisions/0051 says why this is Netty and not a framework.
@NullMarked
package io.riacho.doors.http;

import org.jspecify.annotations.NullMarked;
