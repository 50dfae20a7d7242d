package io.riacho.http;

import io.netty.channel.EventLoop;

/// A place where requests that store ([Route.Kind#STORES]) wait for room before their body is read. Safe
/// for use by many threads.
@FunctionalInterface
public interface AdmissionGate {

    /// Runs one of the two on the event loop: `ready` when there is room, at once if there is now;
    /// `tooLong` when there was none for as long as a request may wait.
    void enter(EventLoop loop, Runnable ready, Runnable tooLong);
}
