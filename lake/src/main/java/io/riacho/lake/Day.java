package io.riacho.lake;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.zip.CRC32C;

/// The files of one day, which are listed in a file of their own: a commit writes the lists of the days
/// that it changes, and the manifest names all of them. So a commit costs the same however old the
/// lake is.
///
/// @param epochDay days since 1970-01-01
/// @param files in no particular order, at least one
/// @param writtenBy the sequence of the commit that wrote the list; -1: none yet, it came from a manifest
///     of version 1
/// @param bytes of all files
/// @param checksum CRC-32C of the list
record Day(long epochDay, List<LakeFile> files, long writtenBy, long bytes, int checksum) {

    /// Where the lists lie.
    static final String DIRECTORY = "days";

    private static final String FIRST_LINE = "riacho-lake-day 2";

    static Day of(long epochDay, List<LakeFile> files, long writtenBy) {
        List<LakeFile> copy = List.copyOf(files);
        long bytes = copy.stream().mapToLong(LakeFile::bytes).sum();
        return new Day(epochDay, copy, writtenBy, bytes, checksum(encode(copy)));
    }

    /// The same as of another commit.
    Day rewritten(long writtenBy) {
        return new Day(epochDay, files, writtenBy, bytes, checksum);
    }

    String date() {
        return LocalDate.ofEpochDay(epochDay).toString();
    }

    long endMicros() {
        return (epochDay + 1) * Interval.DAY_MICROS;
    }

    Path path(Path lake) {
        return path(lake, epochDay, writtenBy);
    }

    static Path path(Path lake, long epochDay, long writtenBy) {
        return lake.resolve(DIRECTORY).resolve(LocalDate.ofEpochDay(epochDay) + "-" + writtenBy);
    }

    byte[] encode() {
        return encode(files);
    }

    private static byte[] encode(List<LakeFile> files) {
        StringBuilder text = new StringBuilder(128 + files.size() * 140);
        text.append(FIRST_LINE).append('\n');
        for (LakeFile file : files) {
            file.writeTo(text);
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /// Reads a list whose checksum was compared already.
    ///
    /// @throws IllegalArgumentException if it is of another form
    static Day decode(long epochDay, long writtenBy, byte[] bytes) {
        List<String> lines = new String(bytes, StandardCharsets.UTF_8).lines().toList();
        if (lines.isEmpty() || !lines.getFirst().equals(FIRST_LINE)) {
            throw new IllegalArgumentException("its first line is not '" + FIRST_LINE + "'");
        }
        return of(epochDay, lines.stream().skip(1).map(LakeFile::parse).toList(), writtenBy);
    }

    static int checksum(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, bytes.length);
        return (int) crc.getValue();
    }
}
