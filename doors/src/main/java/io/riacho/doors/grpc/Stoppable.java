package io.riacho.doors.grpc;

/// A service with calls that would never end by themselves.
interface Stoppable {

    /// Ends them: receipts that are under way are still given, then each call ends with UNAVAILABLE.
    /// Returns at once.
    void stop();
}
