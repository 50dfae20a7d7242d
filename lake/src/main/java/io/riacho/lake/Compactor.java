package io.riacho.lake;

import io.riacho.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.duckdb.DuckDBConnection;

/// Merges the small files of a partition into one.
///
/// It goes in slices, each of them one commit and about a second of work, so that a seal that is due
/// waits for one slice and no longer. The new file's name ends with the commit's number, since the
/// journal range alone could be that of a file that is being replaced.
final class Compactor {

    private static final int SLICE_PARTITIONS_MAX = 16;
    private static final long SLICE_BYTES_MAX = 32L << 20;

    private final Disk disk;
    private final Path lake;
    private final DuckDb engine;
    private final Catalog catalog;
    private final LakeOptions options;

    /// Days that were looked at when their time was over, with nothing to merge, and the commit that had
    /// written their lists then.
    private final Map<Long, Long> settled = new HashMap<>();

    private record Partition(Table table, String partition) {}

    Compactor(Disk disk, Path lake, DuckDb engine, Catalog catalog, LakeOptions options) {
        this.disk = disk;
        this.lake = lake;
        this.engine = engine;
        this.catalog = catalog;
        this.options = options;
    }

    /// Merges a slice of what there is to merge, oldest days first, in one commit.
    ///
    /// @return how many partitions were merged; 0: there is nothing to merge at this time
    int compact(long nowMicros) throws IOException {
        Manifest manifest = catalog.state().manifest();
        settled.keySet().retainAll(manifest.days().keySet());
        Map<Partition, List<LakeFile>> slice = new LinkedHashMap<>();
        long bytes = 0;
        for (Day day : manifest.days().values()) {
            if (settled.getOrDefault(day.epochDay(), Long.MIN_VALUE) == day.writtenBy()) {
                continue;
            }
            Map<Partition, List<LakeFile>> due = due(day, nowMicros);
            if (due.isEmpty() && day.endMicros() <= nowMicros) {
                settled.put(day.epochDay(), day.writtenBy());
            }
            for (Map.Entry<Partition, List<LakeFile>> each : due.entrySet()) {
                slice.put(each.getKey(), each.getValue());
                bytes += each.getValue().stream().mapToLong(LakeFile::bytes).sum();
                if (slice.size() == SLICE_PARTITIONS_MAX || bytes >= SLICE_BYTES_MAX) {
                    merge(manifest, slice);
                    return slice.size();
                }
            }
        }
        if (!slice.isEmpty()) {
            merge(manifest, slice);
        }
        return slice.size();
    }

    private Map<Partition, List<LakeFile>> due(Day day, long nowMicros) {
        Map<Partition, List<LakeFile>> small = new LinkedHashMap<>();
        for (LakeFile file : day.files()) {
            if (file.bytes() < options.compactBytesMax()) {
                small.computeIfAbsent(
                                new Partition(file.table(), file.partition()),
                                _ -> new ArrayList<>())
                        .add(file);
            }
        }
        small.entrySet()
                .removeIf(each -> {
                    boolean closed = endMicros(each.getKey().partition()) <= nowMicros;
                    return each.getValue().size() < (closed ? 2 : options.compactFilesMin());
                });
        return small;
    }

    private void merge(Manifest manifest, Map<Partition, List<LakeFile>> slice) throws IOException {
        try (DuckDBConnection connection = engine.connect()) {
            ParquetWriter writer = new ParquetWriter(disk, lake, connection, engine.abandonment());
            try {
                List<LakeFile> removed = new ArrayList<>();
                for (Map.Entry<Partition, List<LakeFile>> each : slice.entrySet()) {
                    write(connection, writer, manifest, each.getKey(), each.getValue());
                    removed.addAll(each.getValue());
                }
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
        } catch (SQLException e) {
            throw DuckDb.explained("compacting " + slice.keySet(), e);
        }
    }

    private void write(
            DuckDBConnection connection,
            ParquetWriter writer,
            Manifest manifest,
            Partition partition,
            List<LakeFile> parts)
            throws IOException, SQLException {
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
        long count = Sql.longs(connection, "SELECT count(*) FROM (" + query + ")").getFirst()[0];
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
