package io.riacho.formats.json;

import io.riacho.api.readings.InvalidReadingException;
import io.riacho.api.readings.Series;
import io.riacho.api.readings.SeriesTable;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Finds a series by the bytes of its ids, so that a reading of a known series makes no strings.
/// Thread-confined.
///
/// Each series has two places that it may be in, the one used last first. It is bounded by its number of
/// places, and forgetting is harmless, since [SeriesTable] holds the series.
final class SeriesCache {

    private static final int PLACES = 4096;

    private static final class Entry {
        final byte[] sensor;
        final byte[] metric;
        final Series series;

        Entry(byte[] sensor, byte[] metric, Series series) {
            this.sensor = sensor;
            this.metric = metric;
            this.series = series;
        }

        boolean is(byte[] bytes, int sensorFrom, int sensorTo, int metricFrom, int metricTo) {
            return same(sensor, bytes, sensorFrom, sensorTo)
                    && same(metric, bytes, metricFrom, metricTo);
        }
    }

    private final SeriesTable table;
    private final @Nullable Entry[] entries = new @Nullable Entry[PLACES];
    private byte[] unitBytes = new byte[0];
    private String unit = "";

    SeriesCache(SeriesTable table) {
        this.table = table;
    }

    Series series(byte[] bytes, int sensorFrom, int sensorTo, int metricFrom, int metricTo)
            throws InvalidReadingException {
        int hash = hash(hash(1, bytes, sensorFrom, sensorTo), bytes, metricFrom, metricTo);
        int place = (hash ^ hash >>> 15) & (PLACES - 2);
        Entry entry = entries[place];
        if (entry != null && entry.is(bytes, sensorFrom, sensorTo, metricFrom, metricTo)) {
            return entry.series;
        }
        Entry other = entries[place + 1];
        entries[place + 1] = entry;
        if (other == null || !other.is(bytes, sensorFrom, sensorTo, metricFrom, metricTo)) {
            other =
                    new Entry(
                            Arrays.copyOfRange(bytes, sensorFrom, sensorTo),
                            Arrays.copyOfRange(bytes, metricFrom, metricTo),
                            table.series(
                                    text(bytes, sensorFrom, sensorTo),
                                    text(bytes, metricFrom, metricTo)));
        }
        entries[place] = other;
        return other.series;
    }

    /// The unit's text; senders repeat themselves, so the last one is kept.
    @Nullable String unit(byte[] bytes, int from, int to) {
        if (from == to) {
            return null;
        }
        if (!same(unitBytes, bytes, from, to)) {
            unitBytes = Arrays.copyOfRange(bytes, from, to);
            unit = text(bytes, from, to);
        }
        return unit;
    }

    private static boolean same(byte[] known, byte[] bytes, int from, int to) {
        return known.length == to - from && Arrays.equals(known, 0, known.length, bytes, from, to);
    }

    private static String text(byte[] bytes, int from, int to) {
        return new String(bytes, from, to - from, StandardCharsets.US_ASCII);
    }

    private static int hash(int seed, byte[] bytes, int from, int to) {
        int hash = seed;
        for (int i = from; i < to; i++) {
            hash = hash * 31 + bytes[i];
        }
        return hash * 31 + 0x7f;
    }
}
