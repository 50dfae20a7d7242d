package io.riacho.pipeline.state.series;

import io.riacho.api.readings.Series;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The number that the journal uses for each series, and the last timestamp that the server gave to it.
/// Filled by recovery, then used by the journal thread only.
public final class SeriesNumbers {

    /// A series as a key.
    record Key(String sensor, String metric) {}

    private final Map<Key, Integer> byKey = new HashMap<>();
    private long[] lastGivenMicros = new long[64];
    private int count;

    public int count() {
        return count;
    }

    /// The series' number, or [Series#UNNUMBERED].
    public int find(Series series) {
        Integer number = byKey.get(new Key(series.sensor(), series.metric()));
        return number == null ? Series.UNNUMBERED : number;
    }

    /// Gives the next number.
    public int assign(Series series) {
        int number = restore(series.sensor(), series.metric(), 0);
        series.number(number);
        return number;
    }

    /// Takes back numbers that were assigned last, because nothing with them became durable.
    ///
    /// @param holders all series that hold one of them
    public void takeBack(List<Series> holders) {
        for (Series each : holders) {
            if (byKey.remove(new Key(each.sensor(), each.metric())) != null) {
                count--;
            }
            each.number(Series.UNNUMBERED);
        }
    }

    /// For recovery: the next number belongs to this series.
    int restore(String sensor, String metric, long lastGiven) {
        int number = count++;
        byKey.put(new Key(sensor, metric), number);
        if (number >= lastGivenMicros.length) {
            lastGivenMicros = Arrays.copyOf(lastGivenMicros, number * 2);
        }
        lastGivenMicros[number] = lastGiven;
        return number;
    }

    /// The timestamp for a reading that has none: now, but later than the last one given.
    public long giveTimestamp(int number, long nowMicros) {
        long timestamp = Math.max(nowMicros, lastGivenMicros[number] + 1);
        lastGivenMicros[number] = timestamp;
        return timestamp;
    }
}
