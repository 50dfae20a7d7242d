package io.riacho.lake;

import java.nio.file.Path;
import java.time.LocalDate;
import java.util.HexFormat;

/// A Parquet file that the manifest names.
///
/// @param partition its directories below the table's, such as `dt=2026-01-31/hour=07`; empty for the base
/// @param name the file's name
/// @param firstPosition journal positions of what it holds lie from here
/// @param lastPosition to here, inclusive
/// @param minTimestampMicros the earliest event time in it; for an aggregate, the earliest window start
/// @param maxTimestampMicros the latest one
/// @param checksum CRC-32C of its bytes; -1: not known, it was written before checksums were
record LakeFile(
        Table table,
        String partition,
        String name,
        long firstPosition,
        long lastPosition,
        long rows,
        long bytes,
        long minTimestampMicros,
        long maxTimestampMicros,
        long checksum) {

    /// Without a checksum.
    static final long UNKNOWN = -1;

    Path path(Path lake) {
        return directory(lake, table, partition).resolve(name);
    }

    static Path directory(Path lake, Table table, String partition) {
        Path directory = lake.resolve(table.directory());
        return partition.isEmpty() ? directory : directory.resolve(partition);
    }

    /// As a line of a list.
    void writeTo(StringBuilder text) {
        text.append("file ")
                .append(table.directory())
                .append(' ')
                .append(partition.isEmpty() ? "-" : partition)
                .append(' ')
                .append(name)
                .append(' ')
                .append(firstPosition)
                .append(' ')
                .append(lastPosition)
                .append(' ')
                .append(rows)
                .append(' ')
                .append(bytes)
                .append(' ')
                .append(minTimestampMicros)
                .append(' ')
                .append(maxTimestampMicros)
                .append(' ')
                .append(checksum == UNKNOWN ? "-" : HexFormat.of().toHexDigits((int) checksum))
                .append('\n');
    }

    /// Reads such a line, also one of version 1, which has no checksum.
    ///
    /// @throws RuntimeException if it is of another form
    static LakeFile parse(String line) {
        String[] words = line.split(" ", -1);
        if (!words[0].equals("file") || words.length < 10 || words.length > 11) {
            throw new IllegalArgumentException("it is no line of a file");
        }
        return new LakeFile(
                Table.ofDirectory(words[1]),
                words[2].equals("-") ? "" : words[2],
                words[3],
                Long.parseLong(words[4]),
                Long.parseLong(words[5]),
                Long.parseLong(words[6]),
                Long.parseLong(words[7]),
                Long.parseLong(words[8]),
                Long.parseLong(words[9]),
                words.length == 10 || words[10].equals("-")
                        ? UNKNOWN
                        : Integer.toUnsignedLong(HexFormat.fromHexDigits(words[10])));
    }

    /// The same as a number since 1970-01-01; not for the base.
    long epochDay() {
        return LocalDate.parse(day()).toEpochDay();
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
