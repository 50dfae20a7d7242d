package io.riacho.mqtt.broker;

/// A connection as the broker sees it: owns a [Session], or waits for the one that does. Called by any
/// thread, under no lock: must not block.
public interface SessionOwner {

    /// The client id whose session this is, or is to be.
    String clientId();

    /// The client wants a session without a past.
    boolean startsClean();

    /// The session is this owner's from now on, until it calls [Session#release].
    void granted(Session session);

    /// Another connection wants the session: this one is to end, and to release it.
    void takeOver();

    /// Messages wait in the session's queue: [Session#poll] them.
    void wake();
}
