package io.riacho.mqtt.broker;

import java.util.ArrayList;
import java.util.List;

/// The fate of one write to the store, for the deliveries that wait for it in the queues of their
/// sessions: pending, then stored or failed, once. Safe for use by many threads.
///
/// A delivery takes its place in a queue when it is planned, in the order of the journal, and leaves it
/// when its commit is done: so whoever hears first that something is durable does not decide the order.
final class Commit {

    private enum State {
        PENDING,
        STORED,
        FAILED
    }

    private volatile State state = State.PENDING;
    private List<Session> waiting = new ArrayList<>(0);

    boolean isPending() {
        return state == State.PENDING;
    }

    boolean isFailed() {
        return state == State.FAILED;
    }

    /// The session's queue has something that waits for this.
    void wakes(Session session) {
        synchronized (this) {
            if (state == State.PENDING) {
                // Messages of one batch mostly go to the same few sessions.
                if (waiting.isEmpty() || waiting.getLast() != session) {
                    waiting.add(session);
                }
                return;
            }
        }
        tell(session);
    }

    void stored() {
        done(State.STORED);
    }

    void failed() {
        done(State.FAILED);
    }

    private void done(State now) {
        List<Session> all;
        synchronized (this) {
            state = now;
            all = waiting;
            waiting = List.of();
        }
        all.forEach(this::tell);
    }

    private void tell(Session session) {
        if (isFailed()) {
            session.dropFailed();
        }
        session.ready();
    }
}
