package io.riacho.server.live;

/// Where live events are watched. Safe for use by many threads.
public interface LiveFeed {

    /// Called on the stream thread, in the order of the journal: must return at once and not throw.
    @FunctionalInterface
    interface Listener {
        void on(LiveEvent event);
    }

    /// Ends with [#close()]; an event already under way may still arrive.
    interface Subscription extends AutoCloseable {
        @Override
        void close();
    }

    /// Every event.
    Subscription subscribe(Listener listener);

    /// The readings of one series only.
    Subscription subscribe(String sensor, String metric, Listener listener);

    /// Whether the series has readings.
    boolean knows(String sensor, String metric);
}
