package io.riacho.lake;

import java.nio.file.Path;

/// A Parquet file that the manifest names.
///
/// @param partition its directories below the table's, such as `dt=2026-01-31/hour=07`; empty for the base
/// @param name the file's name
/// @param firstPosition journal positions of what it holds lie from here
/// @param lastPosition to here, inclusive
/// @param minTimestampMicros the earliest event time in it; for an aggregate, the earliest window start
/// @param maxTimestampMicros the latest one
record LakeFile(
        Table table,
        String partition,
        String name,
        long firstPosition,
        long lastPosition,
        long rows,
        long bytes,
        long minTimestampMicros,
        long maxTimestampMicros) {

    Path path(Path lake) {
        return directory(lake, table, partition).resolve(name);
    }

    static Path directory(Path lake, Table table, String partition) {
        Path directory = lake.resolve(table.directory());
        return partition.isEmpty() ? directory : directory.resolve(partition);
    }

    /// The day that it belongs to, `2026-01-31`; empty for the base, which belongs to none.
    String day() {
        int at = partition.indexOf("dt=");
        return at < 0 ? "" : partition.substring(at + 3, dayEnd(at + 3));
    }

    private int dayEnd(int from) {
        int slash = partition.indexOf('/', from);
        return slash < 0 ? partition.length() : slash;
    }
}
