package io.riacho.lake;

import io.riacho.disk.Disk;
import io.riacho.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;

/// The list of the files that are the lake. It is replaced as a whole, by a rename, and each
/// replacement is a commit.
///
/// @param sequence counts the commits
/// @param sealedPosition every row at or below it is in the files; -1: none
/// @param intervals of the aggregates
/// @param files in no particular order
record Manifest(
        long sequence, long sealedPosition, List<Interval> intervals, List<LakeFile> files) {

    static final String NAME = "manifest";
    static final String TEMPORARY_NAME = "manifest.tmp";

    private static final String FIRST_LINE = "riacho-lake 1";
    private static final int BYTES_MAX = 256 << 20;

    Manifest {
        intervals = List.copyOf(intervals);
        files = List.copyOf(files);
    }

    Manifest next(long sealedPosition, List<LakeFile> files) {
        return new Manifest(sequence + 1, sealedPosition, intervals, files);
    }

    long bytes() {
        long bytes = 0;
        for (LakeFile file : files) {
            bytes += file.bytes();
        }
        return bytes;
    }

    List<LakeFile> of(Table table) {
        return files.stream().filter(file -> file.table() == table).toList();
    }

    /// Writes it beside the current one, durably. Changes nothing yet.
    void prepare(Disk disk, Path lake) throws IOException {
        try (DiskFile file = disk.open(lake.resolve(TEMPORARY_NAME))) {
            file.truncate(0);
            file.write(ByteBuffer.wrap(encode()), 0);
            file.sync();
        }
    }

    /// Puts what [#prepare] wrote in the current one's place; durable after the directory's sync.
    static void publish(Disk disk, Path lake) throws IOException {
        disk.rename(lake.resolve(TEMPORARY_NAME), lake.resolve(NAME));
    }

    /// Reads the current one.
    ///
    /// @throws LakeDamagedException if its checksum, version or form is wrong
    static Manifest read(Disk disk, Path lake) throws IOException {
        Path path = lake.resolve(NAME);
        try (DiskFile file = disk.open(path)) {
            long size = file.size();
            if (size > BYTES_MAX) {
                throw damaged(path, "it is " + size + " bytes long");
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) size);
            file.read(bytes, 0);
            return decode(path, bytes.array());
        }
    }

    byte[] encode() {
        StringBuilder text = new StringBuilder(128 + files.size() * 128);
        text.append(FIRST_LINE).append('\n');
        text.append("sequence ").append(sequence).append('\n');
        text.append("sealed ").append(sealedPosition).append('\n');
        for (Interval interval : intervals) {
            text.append("interval ").append(interval.name()).append('\n');
        }
        for (LakeFile file : files) {
            text.append("file ")
                    .append(file.table().directory())
                    .append(' ')
                    .append(file.partition().isEmpty() ? "-" : file.partition())
                    .append(' ')
                    .append(file.name())
                    .append(' ')
                    .append(file.firstPosition())
                    .append(' ')
                    .append(file.lastPosition())
                    .append(' ')
                    .append(file.rows())
                    .append(' ')
                    .append(file.bytes())
                    .append(' ')
                    .append(file.minTimestampMicros())
                    .append(' ')
                    .append(file.maxTimestampMicros())
                    .append('\n');
        }
        byte[] body = text.toString().getBytes(StandardCharsets.UTF_8);
        byte[] last = lastLine(body, body.length).getBytes(StandardCharsets.UTF_8);
        byte[] all = new byte[body.length + last.length];
        System.arraycopy(body, 0, all, 0, body.length);
        System.arraycopy(last, 0, all, body.length, last.length);
        return all;
    }

    static Manifest decode(Path path, byte[] bytes) throws LakeDamagedException {
        int lastLineBytes = "crc32c 01234567\n".length();
        int body = bytes.length - lastLineBytes;
        if (body <= 0) {
            throw damaged(path, "it is cut short");
        }
        String found = new String(bytes, body, lastLineBytes, StandardCharsets.UTF_8);
        if (!found.equals(lastLine(bytes, body))) {
            throw damaged(path, "its checksum does not fit its content");
        }
        List<String> lines = new String(bytes, 0, body, StandardCharsets.UTF_8).lines().toList();
        if (!lines.getFirst().equals(FIRST_LINE)) {
            throw damaged(
                    path,
                    "its version is '"
                            + lines.getFirst()
                            + "' and this program reads '"
                            + FIRST_LINE
                            + "'");
        }
        long sequence = -1;
        long sealedPosition = -1;
        List<Interval> intervals = new ArrayList<>();
        List<LakeFile> files = new ArrayList<>();
        for (int i = 1; i < lines.size(); i++) {
            String[] words = lines.get(i).split(" ", -1);
            try {
                switch (words[0]) {
                    case "sequence" -> sequence = Long.parseLong(words[1]);
                    case "sealed" -> sealedPosition = Long.parseLong(words[1]);
                    case "interval" -> intervals.add(Interval.parse(words[1]));
                    case "file" ->
                            files.add(
                                    new LakeFile(
                                            Table.ofDirectory(words[1]),
                                            words[2].equals("-") ? "" : words[2],
                                            words[3],
                                            Long.parseLong(words[4]),
                                            Long.parseLong(words[5]),
                                            Long.parseLong(words[6]),
                                            Long.parseLong(words[7]),
                                            Long.parseLong(words[8]),
                                            Long.parseLong(words[9])));
                    default -> throw damaged(path, "line " + (i + 1) + " is unknown");
                }
            } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
                throw damaged(path, "line " + (i + 1) + " is malformed: " + e.getMessage());
            }
        }
        return new Manifest(sequence, sealedPosition, intervals, files);
    }

    private static String lastLine(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return "crc32c " + HexFormat.of().toHexDigits((int) crc.getValue()) + "\n";
    }

    private static LakeDamagedException damaged(Path path, String what) {
        return new LakeDamagedException(
                "the lake's manifest "
                        + path
                        + " cannot be used: "
                        + what
                        + "; restore the lake's directory from a backup");
    }
}
