package io.riacho.http;

/// Answers a request: at once, later, or as a stream, but once.
///
/// Called on the event loop, or on a worker for routes that wait. What it throws is answered 500, and
/// an [HttpProblemException] as it says.
@FunctionalInterface
public interface Handler {
    void handle(Exchange exchange) throws Exception;
}
