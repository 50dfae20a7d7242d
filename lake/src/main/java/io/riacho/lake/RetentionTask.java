package io.riacho.lake;

import io.riacho.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.duckdb.DuckDBConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Removes the oldest days, and keeps their statistics: the same commit that drops the days' files
/// puts their partials, merged per series with those dropped before, into a new base file.
final class RetentionTask {

    private static final Logger LOG = LoggerFactory.getLogger(RetentionTask.class);

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
    Removed retain(Retention retention, long nowMicros) throws IOException {
        Manifest manifest = catalog.state().manifest();
        List<Day> days = daysToGo(manifest, retention, nowMicros);
        if (days.isEmpty()) {
            return Removed.NOTHING;
        }
        List<LakeFile> removed = new ArrayList<>(manifest.base());
        List<LakeFile> statistics = new ArrayList<>(manifest.base());
        long rows = 0;
        long bytes = 0;
        for (Day day : days) {
            removed.addAll(day.files());
            statistics.addAll(Views.aggregates(day.files(), manifest.intervals().getLast()));
            bytes += day.bytes();
            for (LakeFile file : day.files()) {
                rows += file.table() == Table.RAW ? file.rows() : 0;
            }
        }
        String upTo = days.getLast().date();
        if (statistics.isEmpty()) {
            catalog.commit(
                    manifest.next(manifest.sealedPosition(), List.of(), removed), removed, null);
        } else {
            try (DuckDBConnection connection = engine.connect()) {
                writeBase(connection, manifest, removed, statistics);
            } catch (SQLException e) {
                throw DuckDb.explained("removing days up to " + upTo, e);
            }
        }
        LOG.info(
                "Retention removed {} days up to {}: {} readings, {} bytes; their statistics stay",
                days.size(),
                upTo,
                rows,
                bytes);
        return new Removed(days.size(), rows, bytes);
    }

    /// Looks at the oldest days only.
    private static List<Day> daysToGo(Manifest manifest, Retention retention, long nowMicros) {
        List<Day> days = new ArrayList<>();
        long bytes = manifest.bytes();
        for (Day day : manifest.days().values()) {
            boolean over = day.endMicros() <= nowMicros;
            boolean old = over && nowMicros - day.endMicros() > retention.ageMicrosMax();
            if (!old && !(over && bytes > retention.bytesMax())) {
                break;
            }
            days.add(day);
            bytes -= day.bytes();
        }
        return days;
    }

    private void writeBase(
            DuckDBConnection connection,
            Manifest manifest,
            List<LakeFile> removed,
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
            catalog.commit(
                    manifest.next(manifest.sealedPosition(), writer.finish(), removed),
                    removed,
                    null);
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
