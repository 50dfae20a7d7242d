package io.riacho.lake;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.duckdb.DuckDBAppender;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/// Looks readings up in the sealed files by their keys.
///
/// Most late keys are not there at all: a gateway sends what it kept while it was offline. So the
/// absent ones are told apart first, without touching the raw files: the aggregates of one hour say,
/// for each series, from when to when it has readings in that hour. A day's worth of that
/// is read once and kept as three arrays, sorted by a hash of (hour, sensor, metric); a collision of
/// hashes widens a range and costs a look-up, never a wrong answer. What is left is joined with the
/// raw files of its hours.
final class KeyLookup {

    /// Series-hours kept in memory, 24 bytes each.
    private static final int INDEX_ENTRIES_MAX = 500_000;

    /// Raw files in one scan.
    private static final int FILES_MAX = 64;

    private final Path lake;
    private final DuckDb engine;
    private final Catalog catalog;

    // Used under this object's lock.
    private final LinkedHashMap<Long, DayIndex> indexes = new LinkedHashMap<>(16, 0.75f, true);
    private int indexEntries;

    KeyLookup(Path lake, DuckDb engine, Catalog catalog) {
        this.lake = lake;
        this.engine = engine;
        this.catalog = catalog;
    }

    /// Looks the keys up.
    ///
    /// @return the value of each key that has a row
    synchronized Map<ReadingKey, Double> find(Collection<ReadingKey> keys) throws IOException {
        CatalogState state = catalog.pin();
        try {
            Map<Long, Day> days = state.manifest().days();
            Map<Long, List<ReadingKey>> keysByDay = new TreeMap<>();
            for (ReadingKey key : keys) {
                long day = Math.floorDiv(key.timestampMicros(), Interval.DAY_MICROS);
                if (days.containsKey(day)) {
                    keysByDay.computeIfAbsent(day, _ -> new ArrayList<>()).add(key);
                }
            }
            if (keysByDay.isEmpty()) {
                return Map.of();
            }
            Map<ReadingKey, Double> found = new HashMap<>();
            try (DuckDBConnection connection = engine.connect()) {
                for (Map.Entry<Long, List<ReadingKey>> each : keysByDay.entrySet()) {
                    Day day = days.get(each.getKey());
                    if (day == null) {
                        continue;
                    }
                    DayIndex index =
                            index(
                                    connection,
                                    each.getKey(),
                                    Views.aggregates(day.files(), hour(state)));
                    List<ReadingKey> candidates = new ArrayList<>();
                    for (ReadingKey key : each.getValue()) {
                        if (index.mayHave(key)) {
                            candidates.add(key);
                        }
                    }
                    if (!candidates.isEmpty()) {
                        lookUp(connection, candidates, raw(day), found);
                    }
                }
            }
            return found;
        } catch (SQLException e) {
            throw DuckDb.explained("looking up late readings", e);
        } finally {
            catalog.unpin(state);
        }
    }

    private static Interval hour(CatalogState state) {
        for (Interval interval : state.manifest().intervals()) {
            if (interval.micros() == Interval.HOUR_MICROS) {
                return interval;
            }
        }
        throw new IllegalStateException("a lake always has the aggregates of one hour");
    }

    private static List<LakeFile> raw(Day day) {
        return day.files().stream().filter(file -> file.table() == Table.RAW).toList();
    }

    private void lookUp(
            DuckDBConnection connection,
            List<ReadingKey> keys,
            List<LakeFile> day,
            Map<ReadingKey, Double> found)
            throws SQLException {
        Map<Long, List<ReadingKey>> byHour = new TreeMap<>();
        for (ReadingKey key : keys) {
            byHour.computeIfAbsent(
                            Math.floorDiv(key.timestampMicros(), Interval.HOUR_MICROS),
                            _ -> new ArrayList<>())
                    .add(key);
        }
        List<ReadingKey> batch = new ArrayList<>();
        List<LakeFile> files = new ArrayList<>();
        for (List<ReadingKey> hour : byHour.values()) {
            String partition = Sql.hourPartition(hour.getFirst().timestampMicros());
            long min = Long.MAX_VALUE;
            long max = Long.MIN_VALUE;
            for (ReadingKey key : hour) {
                min = Math.min(min, key.timestampMicros());
                max = Math.max(max, key.timestampMicros());
            }
            List<LakeFile> ofHour = new ArrayList<>();
            for (LakeFile file : day) {
                if (file.partition().equals(partition)
                        && file.minTimestampMicros() <= max
                        && file.maxTimestampMicros() >= min) {
                    ofHour.add(file);
                }
            }
            if (!files.isEmpty() && files.size() + ofHour.size() > FILES_MAX) {
                join(connection, batch, files, found);
                batch.clear();
                files.clear();
            }
            batch.addAll(hour);
            files.addAll(ofHour);
        }
        if (!files.isEmpty()) {
            join(connection, batch, files, found);
        }
    }

    private void join(
            DuckDBConnection connection,
            List<ReadingKey> keys,
            List<LakeFile> files,
            Map<ReadingKey, Double> found)
            throws SQLException {
        Sql.run(
                connection,
                "CREATE OR REPLACE TEMP TABLE keys (id INTEGER, sensor VARCHAR, metric VARCHAR,"
                        + " timestamp TIMESTAMPTZ)");
        try (DuckDBAppender rows = connection.createAppender("temp", "main", "keys")) {
            for (int i = 0; i < keys.size(); i++) {
                ReadingKey key = keys.get(i);
                rows.beginRow()
                        .append(i)
                        .append(key.sensor())
                        .append(key.metric())
                        .appendEpochMicros(key.timestampMicros())
                        .endRow();
            }
        }
        try (PreparedStatement statement =
                        connection.prepareStatement(
                                "SELECT k.id, r.value FROM "
                                        + Sql.scanOf(lake, files)
                                        + " r JOIN temp.keys k ON r.timestamp = k.timestamp AND"
                                        + " r.sensor = k.sensor AND r.metric = k.metric");
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                found.put(keys.get(rows.getInt(1)), rows.getDouble(2));
            }
        }
    }

    private DayIndex index(DuckDBConnection connection, long day, List<LakeFile> files)
            throws SQLException {
        DayIndex known = indexes.get(day);
        if (known != null && known.files.equals(files)) {
            return known;
        }
        DayIndex read = files.isEmpty() ? DayIndex.EMPTY : read(connection, files);
        DayIndex replaced = indexes.remove(day);
        indexEntries -= replaced == null ? 0 : replaced.size();
        if (read.size() <= INDEX_ENTRIES_MAX) {
            indexes.put(day, read);
            indexEntries += read.size();
            while (indexEntries > INDEX_ENTRIES_MAX) {
                Map.Entry<Long, DayIndex> eldest = indexes.pollFirstEntry();
                indexEntries -= eldest.getValue().size();
            }
        }
        return read;
    }

    private DayIndex read(DuckDBConnection connection, List<LakeFile> files) throws SQLException {
        Map<Long, long[]> ranges = new HashMap<>();
        try (PreparedStatement statement =
                        connection.prepareStatement(
                                "SELECT sensor, metric, epoch_us(min(first_timestamp)),"
                                        + " epoch_us(max(last_timestamp)) FROM "
                                        + Sql.scanOf(lake, files)
                                        + " GROUP BY sensor, metric, window_start");
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                long first = rows.getLong(3);
                long last = rows.getLong(4);
                long[] range =
                        ranges.computeIfAbsent(
                                DayIndex.hash(rows.getString(1), rows.getString(2), first),
                                _ -> new long[] {first, last});
                range[0] = Math.min(range[0], first);
                range[1] = Math.max(range[1], last);
            }
        }
        return DayIndex.of(files, ranges);
    }

    /// Which series have readings in which hours of a day, and from when to when.
    static final class DayIndex {

        static final DayIndex EMPTY = of(List.of(), Map.of());

        private final List<LakeFile> files;
        private final long[] hashes;
        private final long[] first;
        private final long[] last;

        private DayIndex(List<LakeFile> files, int size) {
            this.files = files;
            this.hashes = new long[size];
            this.first = new long[size];
            this.last = new long[size];
        }

        static DayIndex of(List<LakeFile> files, Map<Long, long[]> ranges) {
            DayIndex index = new DayIndex(List.copyOf(files), ranges.size());
            int i = 0;
            for (long hash : ranges.keySet()) {
                index.hashes[i++] = hash;
            }
            java.util.Arrays.sort(index.hashes);
            for (i = 0; i < index.hashes.length; i++) {
                long @Nullable [] range = ranges.get(index.hashes[i]);
                if (range != null) {
                    index.first[i] = range[0];
                    index.last[i] = range[1];
                }
            }
            return index;
        }

        int size() {
            return hashes.length;
        }

        boolean mayHave(ReadingKey key) {
            int at =
                    java.util.Arrays.binarySearch(
                            hashes, hash(key.sensor(), key.metric(), key.timestampMicros()));
            return at >= 0
                    && first[at] <= key.timestampMicros()
                    && key.timestampMicros() <= last[at];
        }

        /// FNV-1a over the series and the hour.
        static long hash(String sensor, String metric, long timestampMicros) {
            long hash = 0xcbf29ce484222325L;
            for (int i = 0; i < sensor.length(); i++) {
                hash = (hash ^ sensor.charAt(i)) * 0x100000001b3L;
            }
            hash = (hash ^ '/') * 0x100000001b3L;
            for (int i = 0; i < metric.length(); i++) {
                hash = (hash ^ metric.charAt(i)) * 0x100000001b3L;
            }
            return (hash ^ Math.floorDiv(timestampMicros, Interval.HOUR_MICROS)) * 0x100000001b3L;
        }
    }
}
