package io.riacho.pipeline.state.series;

import io.riacho.api.live.LiveReading;
import io.riacho.core.model.Statistics;
import io.riacho.core.stream.SensorState;
import io.riacho.core.stream.SeriesState;
import io.riacho.pipeline.live.LiveFeedPublisher;
import io.riacho.pipeline.record.CorruptRecordException;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The series by their numbers in the journal, and the sensors that they are of. The stream thread's.
final class SeriesDirectory {

    /// A sensor and its place in the order in which sensors first appeared: what must not depend on
    /// a hash table's order goes by it.
    static final class Sensor {
        final int index;
        final SensorState state;

        Sensor(int index, SensorState state) {
            this.index = index;
            this.state = state;
        }
    }

    /// What a series number stands for.
    static final class Slot {
        final String sensor;
        final String metric;
        final Sensor owner;
        final LiveFeedPublisher.Topic topic;

        /// Of the newest row in order of arrival; null before the first since the start.
        private @Nullable String unit;

        private @Nullable String source;

        Slot(String sensor, String metric, Sensor owner, LiveFeedPublisher.Topic topic) {
            this.sensor = sensor;
            this.metric = metric;
            this.owner = owner;
            this.topic = topic;
        }

        /// Notes how the newest row came.
        void arrived(@Nullable String unit, String source) {
            this.unit = unit;
            this.source = source;
        }

        @Nullable SeriesState state() {
            return owner.state.series(metric);
        }

        /// A reading for those who watch, with the statistics that it led to.
        LiveReading live(double value, long timestampMicros, Statistics running) {
            return new LiveReading(
                    sensor,
                    metric,
                    value,
                    timestampMicros,
                    unit,
                    source,
                    running.count(),
                    running.mean(),
                    running.min(),
                    running.max());
        }
    }

    private final LiveFeedPublisher hub;
    private final Map<String, Sensor> sensors = new LinkedHashMap<>();
    private Slot[] slots = new Slot[64];
    private long[] lastGivenMicros = new long[64];
    private int count;

    SeriesDirectory(LiveFeedPublisher hub) {
        this.hub = hub;
    }

    int count() {
        return count;
    }

    /// All sensors, in the order in which they first appeared.
    Collection<Sensor> sensors() {
        return sensors.values();
    }

    /// @param lastGiven the last timestamp that the server gave to the series, µs; 0 if none
    void define(int number, String sensor, String metric, long lastGiven) {
        if (number != count) {
            throw new CorruptRecordException(
                    "series " + number + " is defined where " + count + " is due", null);
        }
        if (number == slots.length) {
            slots = Arrays.copyOf(slots, number * 2);
            lastGivenMicros = Arrays.copyOf(lastGivenMicros, number * 2);
        }
        Sensor owner =
                sensors.computeIfAbsent(
                        sensor, _ -> new Sensor(sensors.size(), SensorState.of(sensor)));
        slots[number] = new Slot(sensor, metric, owner, hub.topic(sensor, metric));
        lastGivenMicros[number] = lastGiven;
        count++;
    }

    Slot slot(int number) {
        if (number < 0 || number >= count) {
            throw new CorruptRecordException("series " + number + " was never defined", null);
        }
        return slots[number];
    }

    /// Notes a timestamp that the server gave.
    void given(int number, long timestampMicros) {
        lastGivenMicros[number] = Math.max(lastGivenMicros[number], timestampMicros);
    }

    /// The newest reading by timestamp of each series that has one.
    List<LiveReading> newestOfEach(int most) {
        List<LiveReading> newest = new ArrayList<>(Math.min(most, count));
        for (int i = 0; i < count && newest.size() < most; i++) {
            Slot slot = slots[i];
            SeriesState series = slot.state();
            if (series != null && !series.running().isEmpty()) {
                Statistics running = series.running();
                newest.add(slot.live(running.last(), running.lastTimestampMicros(), running));
            }
        }
        return newest;
    }

    /// All series that have readings, in the order in which they first appeared.
    List<SeriesSummary> summaries() {
        List<SeriesSummary> all = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            Slot slot = slots[i];
            SeriesState series = slot.state();
            if (series == null || series.running().isEmpty()) {
                continue;
            }
            Statistics running = series.running();
            all.add(
                    new SeriesSummary(
                            slot.sensor,
                            slot.metric,
                            running.count(),
                            running.mean(),
                            running.min(),
                            running.max(),
                            running.variance(),
                            running.last(),
                            running.lastTimestampMicros()));
        }
        return all;
    }

    /// Hands the series' numbers to the journal stage, after recovery.
    void restoreNumbers(SeriesNumbers numbers) {
        for (int i = 0; i < count; i++) {
            numbers.restore(slots[i].sensor, slots[i].metric, lastGivenMicros[i]);
        }
    }

    void writeTo(DataOutputStream out) throws IOException {
        out.writeInt(count);
        for (int i = 0; i < count; i++) {
            out.writeUTF(slots[i].sensor);
            out.writeUTF(slots[i].metric);
            out.writeLong(lastGivenMicros[i]);
        }
        out.writeInt(sensors.size());
        for (Sensor each : sensors.values()) {
            each.state.writeTo(out);
        }
    }

    /// Reads what [#writeTo] wrote, into a directory that is new.
    void readFrom(DataInputStream in) throws IOException {
        int series = in.readInt();
        for (int i = 0; i < series; i++) {
            define(i, in.readUTF(), in.readUTF(), in.readLong());
        }
        int sensorCount = in.readInt();
        sensors.clear();
        for (int i = 0; i < sensorCount; i++) {
            SensorState state = SensorState.readFrom(in);
            sensors.put(state.sensor(), new Sensor(i, state));
        }
        for (int i = 0; i < series; i++) {
            Slot slot = slots[i];
            Sensor owner = sensors.get(slot.sensor);
            if (owner == null) {
                throw new IOException("the snapshot lacks sensor " + slot.sensor);
            }
            slots[i] = new Slot(slot.sensor, slot.metric, owner, slot.topic);
        }
    }
}
