package io.riacho.doors.bridge;

import java.util.ArrayDeque;
import java.util.Deque;

/// Gives acknowledgements in the order in which messages came, though they become durable in another
/// [MQTT-4.6.0-2]. Bounded by the broker, which sends only so many without one. Safe for
/// use by many threads.
final class AcknowledgementOrder {

    private final Deque<Entry> waiting = new ArrayDeque<>();

    /// A message that is not acknowledged yet.
    final class Entry {

        private final Runnable acknowledgement;
        private boolean done;

        private Entry(Runnable acknowledgement) {
            this.acknowledgement = acknowledgement;
        }

        /// The message is durable; once.
        void done() {
            finish(this);
        }
    }

    /// The next message came.
    ///
    /// @param acknowledgement run once it and all before it are done; must not block
    synchronized Entry add(Runnable acknowledgement) {
        Entry entry = new Entry(acknowledgement);
        waiting.add(entry);
        return entry;
    }

    /// Messages that are not acknowledged.
    synchronized int size() {
        return waiting.size();
    }

    private synchronized void finish(Entry entry) {
        entry.done = true;
        for (Entry first = waiting.peek(); first != null && first.done; first = waiting.peek()) {
            waiting.remove();
            first.acknowledgement.run();
        }
    }
}
