package io.riacho.pipeline.live;

import io.riacho.api.live.LiveCommand;
import io.riacho.api.live.LiveDevice;
import io.riacho.api.live.LiveEvent;
import io.riacho.api.live.LiveFeed;
import io.riacho.api.live.LiveReading;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The live feed of one server. The stream thread publishes; anybody subscribes.
///
/// What nobody watches costs a look: the stream thread asks for a series' [Topic] once and then
/// whether it [#isWatched(Topic)].
public final class LiveFeedPublisher implements LiveFeed {

    private static final Logger LOG = LoggerFactory.getLogger(LiveFeedPublisher.class);

    private record Key(String sensor, String metric) {}

    /// The listeners of one series.
    public static final class Topic {

        private final CopyOnWriteArrayList<Listener> listeners = new CopyOnWriteArrayList<>();
        private volatile boolean known;
    }

    private final ConcurrentHashMap<Key, Topic> topics = new ConcurrentHashMap<>();
    private final CopyOnWriteArrayList<Listener> everything = new CopyOnWriteArrayList<>();
    private final ConcurrentLinkedQueue<Pending> pending = new ConcurrentLinkedQueue<>();
    private final Runnable wakeStream;

    /// @param wakeStream makes the stream thread call [#subscribePending] soon
    public LiveFeedPublisher(Runnable wakeStream) {
        this.wakeStream = wakeStream;
    }

    /// A listener that first wants to hear what there is.
    private final class Pending implements Subscription {
        private final Listener listener;
        private final int seriesMax;
        private final Consumer<List<LiveReading>> newest;
        private boolean closed;

        Pending(Listener listener, int seriesMax, Consumer<List<LiveReading>> newest) {
            this.listener = listener;
            this.seriesMax = seriesMax;
            this.newest = newest;
        }

        synchronized void join(IntFunction<List<LiveReading>> newestOfEach) {
            if (!closed) {
                newest.accept(newestOfEach.apply(seriesMax));
                everything.add(listener);
            }
        }

        @Override
        public synchronized void close() {
            closed = true;
            pending.remove(this);
            everything.remove(listener);
        }
    }

    /// The topic of a series that has readings. Bounded by the series there are and the series that are watched.
    public Topic topic(String sensor, String metric) {
        return topics.compute(
                new Key(sensor, metric),
                (_, present) -> {
                    Topic topic = present == null ? new Topic() : present;
                    topic.known = true;
                    return topic;
                });
    }

    public boolean isWatched(Topic topic) {
        return !everything.isEmpty() || !topic.listeners.isEmpty();
    }

    /// Tells a reading to those who watch its series or everything.
    public void publish(Topic topic, LiveReading reading) {
        tell(topic.listeners, reading);
        tell(everything, reading);
    }

    /// Tells a command to those who watch everything.
    public void publish(LiveCommand command) {
        tell(everything, command);
    }

    /// Tells a device to those who watch everything.
    public void publish(LiveDevice device) {
        tell(everything, device);
    }

    /// Whether anybody watches everything.
    public boolean isWatched() {
        return !everything.isEmpty();
    }

    /// Tells those who came since the last call what there is, and from then on every event. The stream
    /// thread, between two records.
    ///
    /// @param newestOfEach the newest reading of each series, at most so many
    /// @return whether anybody came
    public boolean subscribePending(IntFunction<List<LiveReading>> newestOfEach) {
        Pending next = pending.poll();
        if (next == null) {
            return false;
        }
        for (; next != null; next = pending.poll()) {
            next.join(newestOfEach);
        }
        return true;
    }

    private static void tell(List<Listener> listeners, LiveEvent event) {
        for (Listener each : listeners) {
            try {
                each.on(event);
            } catch (RuntimeException e) {
                // A watcher's mistake must not stop the path.
                LOG.error("A listener of the live feed failed", e);
            }
        }
    }

    @Override
    public Subscription snapshotThenSubscribe(
            Listener listener, int seriesMax, Consumer<List<LiveReading>> newest) {
        Pending next = new Pending(listener, seriesMax, newest);
        pending.add(next);
        wakeStream.run();
        return next;
    }

    @Override
    public Subscription subscribe(String sensor, String metric, Listener listener) {
        Key key = new Key(sensor, metric);
        topics.compute(
                key,
                (_, present) -> {
                    Topic topic = present == null ? new Topic() : present;
                    topic.listeners.add(listener);
                    return topic;
                });
        return () ->
                topics.computeIfPresent(
                        key,
                        (_, topic) -> {
                            topic.listeners.remove(listener);
                            return isNeeded(topic) ? topic : null;
                        });
    }

    private static boolean isNeeded(Topic topic) {
        return topic.known || !topic.listeners.isEmpty();
    }

    @Override
    public boolean knows(String sensor, String metric) {
        Topic topic = topics.get(new Key(sensor, metric));
        return topic != null && topic.known;
    }
}
