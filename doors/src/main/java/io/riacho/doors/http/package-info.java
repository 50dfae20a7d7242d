/// The HTTP door, port 8080: the routes by which readings come in, and series, SQL, commands and
/// devices go out.
///
/// [HttpDoor] gives its routes, and those of the dashboard, to the server in module `http`.
/// Requests that store wait for room at the [IntakeGate] before their body is read. docs/http.md
/// is the contract.
@NullMarked
package io.riacho.doors.http;

import org.jspecify.annotations.NullMarked;
