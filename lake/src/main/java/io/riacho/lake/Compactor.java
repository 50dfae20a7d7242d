package io.riacho.lake;

import io.riacho.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.duckdb.DuckDBConnection;

/// Merges the small files of a partition into one.
///
/// Each partition is a commit of its own. The new file's name ends with the commit's number, since the
/// journal range alone could be that of a file that is being replaced.
final class Compactor {

    private final Disk disk;
    private final Path lake;
    private final DuckDb engine;
    private final Catalog catalog;
    private final LakeOptions options;

    private record Partition(Table table, String partition) {}

    Compactor(Disk disk, Path lake, DuckDb engine, Catalog catalog, LakeOptions options) {
        this.disk = disk;
        this.lake = lake;
        this.engine = engine;
        this.catalog = catalog;
        this.options = options;
    }

    /// Merges where there is something to merge.
    ///
    /// @return how many partitions were compacted
    int compact(long nowMicros) throws IOException {
        Map<Partition, List<LakeFile>> small = new LinkedHashMap<>();
        for (LakeFile file : catalog.state().manifest().files()) {
            if (file.table() != Table.BASE && file.bytes() < options.compactBytesMax()) {
                small.computeIfAbsent(
                                new Partition(file.table(), file.partition()),
                                _ -> new ArrayList<>())
                        .add(file);
            }
        }
        int compacted = 0;
        for (Map.Entry<Partition, List<LakeFile>> each : small.entrySet()) {
            boolean closed = endMicros(each.getKey().partition()) <= nowMicros;
            if (each.getValue().size() >= (closed ? 2 : options.compactFilesMin())) {
                merge(each.getKey(), each.getValue());
                compacted++;
            }
        }
        return compacted;
    }

    private void merge(Partition partition, List<LakeFile> parts) throws IOException {
        Manifest manifest = catalog.state().manifest();
        long first = Long.MAX_VALUE;
        long last = Long.MIN_VALUE;
        long min = Long.MAX_VALUE;
        long max = Long.MIN_VALUE;
        for (LakeFile part : parts) {
            first = Math.min(first, part.firstPosition());
            last = Math.max(last, part.lastPosition());
            min = Math.min(min, part.minTimestampMicros());
            max = Math.max(max, part.maxTimestampMicros());
        }
        String name = first + "-" + last + "-c" + (manifest.sequence() + 1) + ".parquet";
        String rows = "SELECT * FROM " + Sql.scanOf(lake, parts);
        String query =
                switch (partition.table()) {
                    case RAW, CONFLICTS -> rows + " ORDER BY sensor, metric, timestamp, position";
                    case COMMANDS, EVENTS -> rows + " ORDER BY position";
                    case AGGREGATED ->
                            "SELECT sensor, metric, unit, window_start, count, mean, variance, min,"
                                    + " max, first_timestamp, last_timestamp FROM ("
                                    + Partials.merged(
                                            "sensor, metric, unit, window_start", "", rows)
                                    + ") ORDER BY sensor, metric, unit, window_start";
                    case BASE -> throw new IllegalArgumentException("the base is one file");
                };
        try (DuckDBConnection connection = engine.connect()) {
            long count =
                    Sql.longs(connection, "SELECT count(*) FROM (" + query + ")").getFirst()[0];
            ParquetWriter writer = new ParquetWriter(disk, lake, connection, engine.abandonment());
            try {
                writer.write(
                        partition.table(),
                        partition.partition(),
                        name,
                        first,
                        last,
                        count,
                        min,
                        max,
                        query);
                List<LakeFile> files = new ArrayList<>(manifest.files());
                files.removeAll(parts);
                files.addAll(writer.finish());
                catalog.commit(manifest.next(manifest.sealedPosition(), files), null);
            } catch (IOException | SQLException | RuntimeException e) {
                if (catalog.isSettled()) {
                    writer.discard(e);
                }
                throw e;
            }
        } catch (SQLException e) {
            throw DuckDb.explained("compacting " + partition.partition(), e);
        }
    }

    /// When the partition's time ends.
    static long endMicros(String partition) {
        int at = partition.indexOf("dt=") + 3;
        int hourAt = partition.indexOf("/hour=", at);
        LocalDate day =
                LocalDate.parse(partition.substring(at, hourAt < 0 ? partition.length() : hourAt));
        long start = day.toEpochDay() * Interval.DAY_MICROS;
        return hourAt < 0
                ? start + Interval.DAY_MICROS
                : start
                        + (Long.parseLong(partition.substring(hourAt + 6)) + 1)
                                * Interval.HOUR_MICROS;
    }
}
