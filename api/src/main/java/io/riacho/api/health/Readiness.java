package io.riacho.api.health;

/// Tells whether readings can be made durable now. Safe for use by many threads; answers at once.
@FunctionalInterface
public interface Readiness {

    /// The answer.
    ///
    /// @param ready whether a reading that comes now would get its receipt
    /// @param reason why not; empty when ready
    record State(boolean ready, String reason) {

        public static final State READY = new State(true, "");

        public static State notReady(String reason) {
            return new State(false, reason);
        }
    }

    State state();
}
