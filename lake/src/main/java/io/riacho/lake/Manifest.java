package io.riacho.lake;

import io.riacho.disk.Disk;
import io.riacho.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// The list of the files that are the lake: those of each day, and the base. It is replaced as a whole, by
/// a rename, and each replacement is a commit. The days' lists are files of their own ([Day]), of which
/// a commit writes those that it changes.
///
/// @param sequence counts the commits
/// @param sealedPosition every row at or below it is in the files; -1: none
/// @param intervals of the aggregates
/// @param base the files that belong to no day
/// @param days by their number since 1970-01-01, the oldest first
record Manifest(
        long sequence,
        long sealedPosition,
        List<Interval> intervals,
        List<LakeFile> base,
        SortedMap<Long, Day> days) {

    static final String NAME = "manifest";
    static final String TEMPORARY_NAME = "manifest.tmp";

    private static final String FIRST_LINE = "riacho-lake 2";
    private static final String FIRST_LINE_1 = "riacho-lake 1";
    private static final int BYTES_MAX = 256 << 20;

    Manifest {
        intervals = List.copyOf(intervals);
        base = List.copyOf(base);
        days = Collections.unmodifiableSortedMap(new TreeMap<>(days));
    }

    /// The first one of a new lake.
    static Manifest empty(List<Interval> intervals) {
        return new Manifest(0, -1, intervals, List.of(), new TreeMap<>());
    }

    /// The next commit's.
    Manifest next(long sealedPosition, Collection<LakeFile> added, Collection<LakeFile> removed) {
        long next = sequence + 1;
        List<LakeFile> newBase = new ArrayList<>(base);
        TreeMap<Long, List<LakeFile>> changed = new TreeMap<>();
        Set<LakeFile> gone = new HashSet<>(removed);
        Stream.concat(added.stream(), removed.stream())
                .filter(file -> file.table() != Table.BASE)
                .forEach(file -> changed.computeIfAbsent(file.epochDay(), this::filesOf));
        newBase.removeAll(gone);
        changed.values().forEach(files -> files.removeIf(gone::contains));
        for (LakeFile file : added) {
            if (file.table() == Table.BASE) {
                newBase.add(file);
            } else {
                changed.computeIfAbsent(file.epochDay(), this::filesOf).add(file);
            }
        }
        TreeMap<Long, Day> newDays = new TreeMap<>(days);
        // Those of version 1 get lists of their own with the first commit.
        newDays.replaceAll((_, day) -> day.writtenBy() < 0 ? day.rewritten(next) : day);
        changed.forEach((epochDay, files) -> {
            if (files.isEmpty()) {
                newDays.remove(epochDay);
            } else {
                newDays.put(epochDay, Day.of(epochDay, files, next));
            }
        });
        return new Manifest(next, sealedPosition, intervals, newBase, newDays);
    }

    private List<LakeFile> filesOf(long epochDay) {
        Day day = days.get(epochDay);
        return day == null ? new ArrayList<>() : new ArrayList<>(day.files());
    }

    /// All files.
    List<LakeFile> files() {
        List<LakeFile> files = new ArrayList<>(base);
        days.values().forEach(day -> files.addAll(day.files()));
        return files;
    }

    int fileCount() {
        int count = base.size();
        for (Day day : days.values()) {
            count += day.files().size();
        }
        return count;
    }

    long bytes() {
        long bytes = 0;
        for (LakeFile file : base) {
            bytes += file.bytes();
        }
        for (Day day : days.values()) {
            bytes += day.bytes();
        }
        return bytes;
    }

    List<LakeFile> of(Table table) {
        return files().stream().filter(file -> file.table() == table).toList();
    }

    /// The lists that this commit writes.
    List<Day> written() {
        return days.values().stream().filter(day -> day.writtenBy() == sequence).toList();
    }

    /// Writes it beside the current one, durably. Changes nothing yet.
    void prepare(Disk disk, Path lake) throws IOException {
        List<Day> lists = written();
        if (!lists.isEmpty()) {
            Path directory = lake.resolve(Day.DIRECTORY);
            disk.createDirectories(directory);
            for (Day day : lists) {
                write(disk, day.path(lake), day.encode());
            }
            disk.syncDirectory(directory);
        }
        write(disk, lake.resolve(TEMPORARY_NAME), encode());
    }

    private static void write(Disk disk, Path path, byte[] bytes) throws IOException {
        try (DiskFile file = disk.open(path)) {
            file.truncate(0);
            file.write(ByteBuffer.wrap(bytes), 0);
            file.sync();
        }
    }

    /// Puts what [#prepare] wrote in the current one's place; durable after the directory's sync.
    static void publish(Disk disk, Path lake) throws IOException {
        disk.rename(lake.resolve(TEMPORARY_NAME), lake.resolve(NAME));
    }

    /// Reads the current one.
    ///
    /// @throws LakeDamagedException if a checksum, its version or its form is wrong, or a list is missing
    static Manifest read(Disk disk, Path lake) throws IOException {
        Path path = lake.resolve(NAME);
        byte @Nullable [] bytes = bytes(disk, path);
        if (bytes == null) {
            throw damaged(path, "it is missing");
        }
        return decode(
                path,
                bytes,
                (epochDay, writtenBy) -> bytes(disk, Day.path(lake, epochDay, writtenBy)));
    }

    private static byte @Nullable [] bytes(Disk disk, Path path) throws IOException {
        if (!Files.isRegularFile(path)) {
            return null;
        }
        try (DiskFile file = disk.open(path)) {
            long size = file.size();
            if (size > BYTES_MAX) {
                throw damaged(path, "it is " + size + " bytes long");
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) size);
            file.read(bytes, 0);
            return bytes.array();
        }
    }

    byte[] encode() {
        StringBuilder text = new StringBuilder(128 + days.size() * 64);
        text.append(FIRST_LINE).append('\n');
        text.append("sequence ").append(sequence).append('\n');
        text.append("sealed ").append(sealedPosition).append('\n');
        for (Interval interval : intervals) {
            text.append("interval ").append(interval.name()).append('\n');
        }
        for (LakeFile file : base) {
            file.writeTo(text);
        }
        for (Day day : days.values()) {
            text.append("day ")
                    .append(day.date())
                    .append(' ')
                    .append(day.writtenBy())
                    .append(' ')
                    .append(day.files().size())
                    .append(' ')
                    .append(day.bytes())
                    .append(' ')
                    .append(HexFormat.of().toHexDigits(day.checksum()))
                    .append('\n');
        }
        byte[] body = text.toString().getBytes(StandardCharsets.UTF_8);
        byte[] last = lastLine(body, body.length).getBytes(StandardCharsets.UTF_8);
        byte[] all = new byte[body.length + last.length];
        System.arraycopy(body, 0, all, 0, body.length);
        System.arraycopy(last, 0, all, body.length, last.length);
        return all;
    }

    /// Gives the bytes of a day's list; null if there is none.
    @FunctionalInterface
    interface Lists {
        byte @Nullable [] bytes(long epochDay, long writtenBy) throws IOException;
    }

    static Manifest decode(Path path, byte[] bytes, Lists lists) throws IOException {
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
        if (!lines.getFirst().equals(FIRST_LINE) && !lines.getFirst().equals(FIRST_LINE_1)) {
            throw damaged(
                    path,
                    "its version is '"
                            + lines.getFirst()
                            + "' and this program reads '"
                            + FIRST_LINE
                            + "' and '"
                            + FIRST_LINE_1
                            + "'");
        }
        long sequence = -1;
        long sealedPosition = -1;
        List<Interval> intervals = new ArrayList<>();
        List<LakeFile> base = new ArrayList<>();
        TreeMap<Long, List<LakeFile>> ofVersion1 = new TreeMap<>();
        TreeMap<Long, Day> days = new TreeMap<>();
        for (int i = 1; i < lines.size(); i++) {
            String[] words = lines.get(i).split(" ", -1);
            try {
                switch (words[0]) {
                    case "sequence" -> sequence = Long.parseLong(words[1]);
                    case "sealed" -> sealedPosition = Long.parseLong(words[1]);
                    case "interval" -> intervals.add(Interval.parse(words[1]));
                    case "file" -> {
                        LakeFile file = LakeFile.parse(lines.get(i));
                        if (file.table() == Table.BASE) {
                            base.add(file);
                        } else {
                            ofVersion1
                                    .computeIfAbsent(file.epochDay(), _ -> new ArrayList<>())
                                    .add(file);
                        }
                    }
                    case "day" -> {
                        Day day = day(path, words, lists);
                        days.put(day.epochDay(), day);
                    }
                    default -> throw damaged(path, "line " + (i + 1) + " is unknown");
                }
            } catch (RuntimeException e) {
                throw damaged(path, "line " + (i + 1) + " is malformed: " + e.getMessage());
            }
        }
        ofVersion1.forEach((epochDay, files) -> days.put(epochDay, Day.of(epochDay, files, -1)));
        return new Manifest(sequence, sealedPosition, intervals, base, days);
    }

    private static Day day(Path path, String[] words, Lists lists) throws IOException {
        long epochDay = LocalDate.parse(words[1]).toEpochDay();
        long writtenBy = Long.parseLong(words[2]);
        byte @Nullable [] bytes = lists.bytes(epochDay, writtenBy);
        if (bytes == null) {
            throw damaged(path, "the list of the files of " + words[1] + " is missing");
        }
        if (Day.checksum(bytes) != HexFormat.fromHexDigits(words[5])) {
            throw damaged(path, "the list of the files of " + words[1] + " has another checksum");
        }
        return Day.decode(epochDay, writtenBy, bytes);
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
