package io.riacho.mqtt.session;

import java.util.List;

/// Keeps session changes. Safe for use by many threads; never blocks.
public interface SessionStore {

    /// Told once, on any thread, what became of a write. Must not block.
    interface Completion {

        /// All changes of the write are durable.
        void stored();

        /// None of them may be relied on.
        ///
        /// @param full true when there is no room for now, false when the store has failed or stops
        void failed(boolean full, String reason);
    }

    /// Takes changes that belong together. Writes are kept in the order of the calls, and completions
    /// come in that order.
    void write(List<SessionChange> changes, Completion completion);

    /// What all changes that were durable come to. Called once, before the first write.
    SessionImage restore();
}
