package io.riacho.api.live;

import java.util.List;
import java.util.function.Consumer;

/// Publishes readings, commands and devices to listeners as they change. Safe for use by many
/// threads.
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

    /// What there is, then every event: nothing in between is missed or told twice.
    ///
    /// @param seriesMax series of the first part; further ones are left out of it
    /// @param newest gets the newest reading by timestamp of each series, in the order in which series
    ///     first appeared; called once, on the stream thread, before the first event
    Subscription snapshotThenSubscribe(
            Listener listener, int seriesMax, Consumer<List<LiveReading>> newest);

    /// The readings of one series only.
    Subscription subscribe(String sensor, String metric, Listener listener);

    /// Whether the series has readings.
    boolean knows(String sensor, String metric);
}
