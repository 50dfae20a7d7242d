package io.riacho.lake;

import io.riacho.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.duckdb.DuckDBConnection;

/// Removes the oldest days, and keeps their statistics: the same commit that drops the days' files
/// puts their partials, merged per series with those dropped before, into a new base file.
final class RetentionTask {

    private final Disk disk;
    private final Path lake;
    private final DuckDb engine;
    private final Catalog catalog;

    RetentionTask(Disk disk, Path lake, DuckDb engine, Catalog catalog) {
        this.disk = disk;
        this.lake = lake;
        this.engine = engine;
        this.catalog = catalog;
    }

    /// Removes what the retention says.
    ///
    /// @return how many days went
    int retain(Retention retention, long nowMicros) throws IOException {
        Manifest manifest = catalog.state().manifest();
        Set<String> days = daysToGo(manifest, retention, nowMicros);
        if (days.isEmpty()) {
            return 0;
        }
        List<LakeFile> kept = new ArrayList<>();
        List<LakeFile> statistics = new ArrayList<>();
        Interval coarsest = manifest.intervals().getLast();
        List<LakeFile> partials = Views.aggregates(manifest.files(), coarsest);
        for (LakeFile file : manifest.files()) {
            if (file.table() == Table.BASE) {
                statistics.add(file);
            } else if (!days.contains(file.day())) {
                kept.add(file);
            } else if (partials.contains(file)) {
                statistics.add(file);
            }
        }
        if (statistics.isEmpty()) {
            catalog.commit(manifest.next(manifest.sealedPosition(), kept), null);
            return days.size();
        }
        try (DuckDBConnection connection = engine.connect()) {
            writeBase(connection, manifest, kept, statistics);
        } catch (SQLException e) {
            throw DuckDb.explained("removing days up to " + days, e);
        }
        return days.size();
    }

    private static Set<String> daysToGo(Manifest manifest, Retention retention, long nowMicros) {
        Map<String, Long> bytesByDay = new TreeMap<>();
        Map<String, Long> endByDay = new TreeMap<>();
        for (LakeFile file : manifest.files()) {
            if (file.table() != Table.BASE) {
                bytesByDay.merge(file.day(), file.bytes(), Long::sum);
                endByDay.put(file.day(), Compactor.endMicros("dt=" + file.day()));
            }
        }
        List<String> oldestFirst = new ArrayList<>(endByDay.keySet());
        oldestFirst.sort(java.util.Comparator.comparing(endByDay::get));
        Set<String> days = new HashSet<>();
        long bytes = manifest.bytes();
        for (String day : oldestFirst) {
            long end = endByDay.getOrDefault(day, Long.MAX_VALUE);
            boolean over = end <= nowMicros;
            boolean old = over && nowMicros - end > retention.ageMicrosMax();
            if (!old && !(over && bytes > retention.bytesMax())) {
                break;
            }
            days.add(day);
            bytes -= bytesByDay.getOrDefault(day, 0L);
        }
        return days;
    }

    private void writeBase(
            DuckDBConnection connection,
            Manifest manifest,
            List<LakeFile> kept,
            List<LakeFile> statistics)
            throws IOException, SQLException {
        String columns =
                "sensor, metric, unit, count, mean, variance, min, max, first_timestamp,"
                        + " last_timestamp";
        String query =
                "SELECT "
                        + columns
                        + " FROM ("
                        + Partials.merged(
                                "sensor, metric",
                                ", arg_max(unit, last_timestamp) AS unit",
                                union(columns, statistics))
                        + ") ORDER BY sensor, metric";
        long[] extent =
                Sql.longs(
                                connection,
                                "SELECT count(*), epoch_us(min(first_timestamp)),"
                                        + " epoch_us(max(last_timestamp)) FROM ("
                                        + query
                                        + ")")
                        .getFirst();
        ParquetWriter writer = new ParquetWriter(disk, lake, connection, engine.abandonment());
        try {
            writer.write(
                    Table.BASE,
                    "",
                    "base-" + (manifest.sequence() + 1) + ".parquet",
                    0,
                    manifest.sealedPosition(),
                    extent[0],
                    extent[1],
                    extent[2],
                    query);
            List<LakeFile> files = new ArrayList<>(kept);
            files.addAll(writer.finish());
            catalog.commit(manifest.next(manifest.sealedPosition(), files), null);
        } catch (IOException | SQLException | RuntimeException e) {
            if (catalog.isSettled()) {
                writer.discard(e);
            }
            throw e;
        }
    }

    /// The base's files have no window, those of the days have: only the columns both have.
    private String union(String columns, List<LakeFile> files) {
        List<String> parts = new ArrayList<>();
        for (LakeFile file : files) {
            parts.add("SELECT " + columns + " FROM " + Sql.scanOf(lake, List.of(file)));
        }
        return String.join(" UNION ALL ", parts);
    }
}
