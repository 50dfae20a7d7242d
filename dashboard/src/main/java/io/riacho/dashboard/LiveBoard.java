package io.riacho.dashboard;

import io.riacho.api.commands.Command;
import io.riacho.api.devices.Device;
import io.riacho.api.live.LiveCommand;
import io.riacho.api.live.LiveDevice;
import io.riacho.api.live.LiveEvent;
import io.riacho.api.live.LiveFeed;
import io.riacho.api.live.LiveReading;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// The newest reading of each series, and which of them changed since they were last taken.
///
/// Readings conflate: however fast they come, a series is in the list of changes at most once. So do
/// devices, of which there are `devices.max`. Commands do not: they queue up to [#COMMANDS_MAX], and what does not fit is counted. It watches the live feed
/// only between [#open(Runnable)] and [#close()]. Events come on the stream thread; everything else is for one
/// thread, that of who takes, except [#series()], which is for any.
public final class LiveBoard implements AutoCloseable {

    /// Series that are shown; readings of further ones are counted only.
    public static final int SERIES_MAX = 10_000;

    /// Commands that wait to be taken.
    public static final int COMMANDS_MAX = 1024;

    /// Points of a series' history, one a second. The page reads it from the status.
    public static final int HISTORY_POINTS = 90;

    private final LiveFeed feed;
    private final ConcurrentHashMap<String, ConcurrentHashMap<String, Tile>> tiles =
            new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();
    private final ConcurrentLinkedQueue<Tile> changed = new ConcurrentLinkedQueue<>();
    private final ArrayBlockingQueue<Command> commands = new ArrayBlockingQueue<>(COMMANDS_MAX);
    private final ConcurrentHashMap<String, Device> devices = new ConcurrentHashMap<>();
    private final AtomicInteger commandsMissed = new AtomicInteger();
    private volatile long readings;
    private volatile boolean current;
    private LiveFeed.@Nullable Subscription subscription;

    public LiveBoard(LiveFeed feed) {
        this.feed = feed;
    }

    /// One series on the board.
    public static final class Tile {
        private final AtomicBoolean dirty = new AtomicBoolean();
        private volatile LiveReading latest;
        private final double[] history = new double[HISTORY_POINTS];
        private int points;
        private int newest = -1;

        Tile(LiveReading first) {
            latest = first;
        }

        /// The newest reading, in order of arrival.
        public LiveReading latest() {
            return latest;
        }

        /// Notes the newest value as a point of the history.
        synchronized void sample() {
            newest = (newest + 1) % HISTORY_POINTS;
            history[newest] = latest.value();
            points = Math.min(points + 1, HISTORY_POINTS);
        }

        /// Values, one for each call of [LiveBoard#sample()], oldest first.
        public synchronized double[] history() {
            double[] values = new double[points];
            for (int i = 0; i < points; i++) {
                values[i] = history[(newest - points + 1 + i + HISTORY_POINTS) % HISTORY_POINTS];
            }
            return values;
        }
    }

    /// Begins to watch, if it does not already.
    ///
    /// @param whenCurrent called on the stream thread once the board has what there was before
    public void open(Runnable whenCurrent) {
        if (subscription == null) {
            subscription =
                    feed.snapshotThenSubscribe(
                            this::on,
                            SERIES_MAX,
                            newest -> {
                                newest.forEach(this::put);
                                current = true;
                                whenCurrent.run();
                            });
        }
    }

    /// Whether it has the series that there were before it was opened.
    public boolean isCurrent() {
        return current;
    }

    /// Whether it watches.
    public boolean isOpen() {
        return subscription != null;
    }

    /// Ends watching and forgets everything.
    @Override
    public void close() {
        if (subscription != null) {
            subscription.close();
            subscription = null;
            current = false;
            tiles.clear();
            count.set(0);
            changed.clear();
            commands.clear();
            devices.clear();
        }
    }

    /// On the stream thread, or after [#close()] once more.
    private void on(LiveEvent event) {
        switch (event) {
            case LiveReading reading -> on(reading);
            case LiveCommand command -> {
                if (!commands.offer(command.command())) {
                    commandsMissed.incrementAndGet();
                }
            }
            case LiveDevice device -> devices.put(device.device().id(), device.device());
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    private void on(LiveReading reading) {
        readings++;
        put(reading);
    }

    private void put(LiveReading reading) {
        ConcurrentHashMap<String, Tile> ofSensor = tiles.get(reading.sensor());
        Tile tile = ofSensor == null ? null : ofSensor.get(reading.metric());
        if (tile == null) {
            if (count.get() >= SERIES_MAX) {
                return;
            }
            count.incrementAndGet();
            tile = new Tile(reading);
            tiles.computeIfAbsent(reading.sensor(), _ -> new ConcurrentHashMap<>(4))
                    .put(reading.metric(), tile);
        } else {
            tile.latest = reading;
        }
        if (!tile.dirty.get() && tile.dirty.compareAndSet(false, true)) {
            changed.add(tile);
        }
    }

    /// Readings seen since it was made.
    public long readings() {
        return readings;
    }

    /// Takes the series that changed since they were taken before, so many at most; the others stay.
    public List<Tile> takeChanged(int most) {
        List<Tile> taken = new ArrayList<>();
        Tile next;
        while (taken.size() < most && (next = changed.poll()) != null) {
            // First the mark, then the value: a change in between is taken again, never missed.
            next.dirty.set(false);
            taken.add(next);
        }
        return taken;
    }

    /// Takes the commands that changed, in order.
    public List<Command> takeCommands() {
        List<Command> taken = new ArrayList<>();
        commands.drainTo(taken);
        return taken;
    }

    /// Takes devices that changed since they were taken before, so many at most; the others stay.
    public List<Device> takeDevices(int most) {
        List<Device> taken = new ArrayList<>();
        for (Map.Entry<String, Device> each : devices.entrySet()) {
            if (taken.size() == most) {
                break;
            }
            // What changes in between stays and is taken with the next call.
            if (devices.remove(each.getKey(), each.getValue())) {
                taken.add(each.getValue());
            }
        }
        return taken;
    }

    /// Takes the number of commands that did not fit.
    public int takeCommandsMissed() {
        return commandsMissed.getAndSet(0);
    }

    /// Adds a point to every history.
    public void sample() {
        tiles.values().forEach(each -> each.values().forEach(Tile::sample));
    }

    /// All series, in no order.
    public List<Tile> series() {
        return tiles.values().stream().flatMap(each -> each.values().stream()).toList();
    }
}
