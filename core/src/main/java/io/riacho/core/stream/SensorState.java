package io.riacho.core.stream;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The state of one sensor: all that is kept of it. Changed only by
/// [StreamCore#apply(SensorState, SensorRecord)], by one thread at a time; its limits are listed there.
///
/// Written and read again it is the same: any record has the same outcome on both. The form carries
/// a version; a later one reads this.
public final class SensorState {

    private static final int FORMAT = 1;
    private static final int SERIES_MAX = 10_000_000;

    private final String sensor;
    private final Map<String, SeriesState> series = new LinkedHashMap<>(4);
    private @Nullable SeriesState recent;

    /// Late readings that wait, over all series.
    int pendingLate;

    /// The core that the series' windows and rules are set up for; null after reading.
    @Nullable StreamCore boundTo;

    private SensorState(String sensor) {
        this.sensor = sensor;
    }

    /// The state of a sensor of which nothing is known.
    public static SensorState of(String sensor) {
        return new SensorState(sensor);
    }

    public String sensor() {
        return sensor;
    }

    /// The series of a metric, or null when there was no reading of it.
    public @Nullable SeriesState series(String metric) {
        SeriesState latest = recent;
        if (latest != null && latest.metric().equals(metric)) {
            return latest;
        }
        return series.get(metric);
    }

    /// All series, in the order of their first readings; a view.
    public Collection<SeriesState> allSeries() {
        return Collections.unmodifiableCollection(series.values());
    }

    /// How many late readings wait for their resolution.
    public int pendingLate() {
        return pendingLate;
    }

    /// The earliest tick (host's clock, µs since 1970 UTC) that changes anything: a condition that has
    /// to hold for a while, or a sliding window of which something expires.
    /// [Long#MAX_VALUE] when none does; [Long#MIN_VALUE] when that is not known before the next
    /// record, after the state was read.
    public long nextTickMicros() {
        long next = Long.MAX_VALUE;
        for (SeriesState one : series.values()) {
            next = Math.min(next, one.nextTickMicros());
        }
        return next;
    }

    /// Whether the mere passing of time may change it.
    public boolean needsTick() {
        return nextTickMicros() != Long.MAX_VALUE;
    }

    SeriesState seriesOf(String metric, StreamCore core) {
        SeriesState found = series(metric);
        if (found == null) {
            found = new SeriesState(this, metric);
            found.bind(core, 0, new Outcome());
            series.put(metric, found);
        }
        recent = found;
        return found;
    }

    void forEachSeries(Consumer<SeriesState> action) {
        series.values().forEach(action);
    }

    void bind(StreamCore core, long position, Outcome outcome) {
        forEachSeries(one -> one.bind(core, position, outcome));
        boundTo = core;
    }

    /// Writes the state; [#readFrom(DataInput)] reads it.
    public void writeTo(DataOutput out) throws IOException {
        out.writeByte(FORMAT);
        out.writeUTF(sensor);
        StateCodec.writeVarint(out, series.size());
        for (SeriesState one : series.values()) {
            one.writeTo(out);
        }
    }

    /// Reads what [#writeTo(DataOutput)] wrote.
    ///
    /// @throws IOException when the input fails, ends early, or is damaged
    public static SensorState readFrom(DataInput in) throws IOException {
        int format = in.readUnsignedByte();
        if (format != FORMAT) {
            throw new IOException(
                    "a sensor's state in format "
                            + format
                            + "; this version reads format "
                            + FORMAT
                            + ": use the version that wrote it, or a newer one");
        }
        SensorState read = new SensorState(in.readUTF());
        int count = StateCodec.readCount(in, SERIES_MAX, "series");
        for (int i = 0; i < count; i++) {
            SeriesState one = SeriesState.readFrom(in, read);
            read.series.put(one.metric(), one);
        }
        return read;
    }
}
