package io.riacho.testkit;

import io.riacho.api.live.LiveEvent;
import io.riacho.api.live.LiveFeed;
import io.riacho.api.live.LiveReading;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/// A live feed whose test is the stream thread: [#tell] calls the listeners on the test's thread.
public final class FeedThatTellsWhenTold implements LiveFeed {

    private record Watcher(String sensor, String metric, Listener listener) {}

    private final CopyOnWriteArrayList<Watcher> watchers = new CopyOnWriteArrayList<>();
    private final CopyOnWriteArrayList<Listener> all = new CopyOnWriteArrayList<>();
    private final CopyOnWriteArrayList<LiveReading> held = new CopyOnWriteArrayList<>();
    private final Set<String> known = ConcurrentHashMap.newKeySet();

    @Override
    public Subscription snapshotThenSubscribe(
            Listener listener, int seriesMax, Consumer<List<LiveReading>> newest) {
        newest.accept(held.stream().limit(seriesMax).toList());
        all.add(listener);
        return () -> all.remove(listener);
    }

    @Override
    public Subscription subscribe(String sensor, String metric, Listener listener) {
        Watcher watcher = new Watcher(sensor, metric, listener);
        watchers.add(watcher);
        return () -> watchers.remove(watcher);
    }

    @Override
    public boolean knows(String sensor, String metric) {
        return known.contains(sensor + "/" + metric);
    }

    /// There was this reading before anybody watched.
    public void hold(LiveReading newest) {
        held.add(newest);
        know(newest.sensor(), newest.metric());
    }

    /// From now on the series has readings.
    public void know(String sensor, String metric) {
        known.add(sensor + "/" + metric);
    }

    /// A temperature of a sensor, which is known from now on.
    public void tell(String sensor, double value, long timestampMicros) {
        know(sensor, "temperature");
        tell(
                new LiveReading(
                        sensor,
                        "temperature",
                        value,
                        timestampMicros,
                        "°C",
                        "tcp",
                        1,
                        value,
                        value,
                        value));
    }

    /// Any event.
    public void tell(LiveEvent event) {
        all.forEach(listener -> listener.on(event));
        if (event instanceof LiveReading reading) {
            know(reading.sensor(), reading.metric());
            for (Watcher watcher : watchers) {
                if (watcher.sensor.equals(reading.sensor())
                        && watcher.metric.equals(reading.metric())) {
                    watcher.listener.on(reading);
                }
            }
        }
    }

    /// How many subscriptions are open.
    public int subscriptions() {
        return watchers.size() + all.size();
    }
}
