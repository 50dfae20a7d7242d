package io.riacho.journal;

import io.riacho.disk.Disk;
import io.riacho.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Locale;

/// One file of the journal.
///
/// @param bytes the file's size, which its entries and the mark after them never exceed
record Segment(Path path, long basePosition, long salt, long bytes) {

    /// Files that are being made have this suffix, and are deleted at the next start.
    static final String UNFINISHED = ".tmp";

    static final String SUFFIX = ".journal";
    private static final int NAME_DIGITS = 20;

    static Path path(Path directory, long basePosition) {
        return directory.resolve(String.format(Locale.ROOT, "%020d", basePosition) + SUFFIX);
    }

    /// The position in a segment's name.
    static long basePosition(Path path) throws JournalDamagedException {
        String name = String.valueOf(path.getFileName());
        String digits = name.substring(0, name.length() - SUFFIX.length());
        try {
            long position = Long.parseLong(digits);
            if (digits.length() == NAME_DIGITS && position >= 0) {
                return position;
            }
        } catch (NumberFormatException _) {
            // said below
        }
        throw new JournalDamagedException(
                path, 0, "the name is not twenty digits and \"" + SUFFIX + '"');
    }

    /// Reads and checks a segment's header.
    static Segment open(Path path, DiskFile file) throws IOException {
        long basePosition = basePosition(path);
        ByteBuffer header =
                ByteBuffer.allocate(SegmentFormat.SEGMENT_HEADER_BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN);
        if (file.read(header, 0) < SegmentFormat.SEGMENT_HEADER_BYTES) {
            throw new JournalDamagedException(path, 0, "the file is shorter than its header");
        }
        String problem = SegmentFormat.segmentProblem(header, basePosition);
        if (!problem.isEmpty()) {
            throw new JournalDamagedException(path, 0, problem);
        }
        return new Segment(path, basePosition, SegmentFormat.salt(header), file.size());
    }

    /// Turns a file, whose room is reserved already, into a segment: header, sync, rename. The
    /// caller syncs the directory. Whatever bears the suffix of a segment thus has a header that is
    /// on disk, and one that has none is damaged.
    static Segment finish(Disk disk, DiskFile reserved, Path path, long basePosition, long salt)
            throws IOException {
        long bytes = reserved.size();
        reserved.write(SegmentFormat.segmentHeader(basePosition, salt), 0);
        reserved.sync();
        reserved.close();
        disk.rename(reserved.path(), path);
        return new Segment(path, basePosition, salt, bytes);
    }
}
