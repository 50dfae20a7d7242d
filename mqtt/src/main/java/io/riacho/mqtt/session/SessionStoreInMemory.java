package io.riacho.mqtt.session;

import java.util.List;

/// A [SessionStore] that forgets everything at the end of the process: for servers whose sessions need not
/// outlive it, and for tests. What it keeps is the same fold that a durable store would give back.
public final class SessionStoreInMemory implements SessionStore {

    private final SessionImage image;

    public SessionStoreInMemory() {
        this(new SessionImage());
    }

    /// Goes on from an earlier image, as a durable store does after a restart.
    public SessionStoreInMemory(SessionImage image) {
        this.image = image;
    }

    @Override
    public void write(List<SessionChange> changes, Completion completion) {
        synchronized (image) {
            for (SessionChange each : changes) {
                image.apply(each);
            }
        }
        completion.stored();
    }

    @Override
    public SessionImage restore() {
        return snapshot();
    }

    /// A copy of what is stored now.
    public SessionImage snapshot() {
        synchronized (image) {
            return image.copy();
        }
    }
}
