package io.riacho.journal;

import io.riacho.disk.Disk;
import io.riacho.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Reads what a crash left, refuses damage, and cuts the torn end.
///
/// The question that it has to answer is: the bytes at offset *o*, where the record with position *p*
/// should be, are not a whole entry; was it ever whole? A crash may keep, drop or tear each
/// unsynced write on its own, so later bytes prove nothing by being there. But each header
/// says up to which position all was on disk when it was written. With S the largest such
/// position in any header of the segment whose own checksum holds, before or behind *o*, and in the fact that the segment
/// exists (the one before it was synced first):
///
/// - *p* < S: the entry had been synced, and may have been acknowledged: damage.
/// - *p* ≥ S: no sync that covers it is known to have returned. It is the torn end, and goes.
///
/// After each sync a mark with S = *p* is written, unsynced, where the next entry will go. It costs
/// no I/O, since the next entry dirties that page anyway, and it narrows the one blind spot, a
/// confirmed last entry damaged before any later header reached the disk, to the moments before
/// the operating system writes the mark back. A torn overwrite of the mark does not lose it: see [SegmentFormat].
///
/// What is kept above S is written a second time before it is synced. Were it left alone, an entry
/// whose write-back had failed in the process before us could be whole in the page cache, clean,
/// and not on disk, and our sync would not write it ("fsyncgate", Rebello et al., *Can Applications
/// Recover from fsync Failures?*, USENIX ATC 2020).
final class Recovery {

    private static final int CHUNK_BYTES = 1 << 18;

    private final Disk disk;
    private final Path directory;

    private Recovery(Disk disk, Path directory) {
        this.disk = disk;
        this.directory = directory;
    }

    /// What is there.
    ///
    /// @param segments in order, without gaps; empty for a new journal
    /// @param endOffset where in the last segment the next entry goes
    /// @param nextPosition the next record's
    record Recovered(List<Segment> segments, long endOffset, long nextPosition) {}

    static Recovered recover(Disk disk, Path directory) throws IOException {
        return new Recovery(disk, directory).run();
    }

    private Recovered run() throws IOException {
        List<Path> paths = new ArrayList<>();
        for (Path path : disk.list(directory)) {
            String name = String.valueOf(path.getFileName());
            if (name.endsWith(Segment.UNFINISHED)) {
                disk.delete(path);
            } else if (name.endsWith(Segment.SUFFIX)) {
                paths.add(path);
            }
        }
        // A rename or deletion of the process before us may be known to the page cache only.
        disk.syncDirectory(directory);
        List<Segment> segments = new ArrayList<>();
        long endOffset = 0;
        long position = 0;
        for (int i = 0; i < paths.size(); i++) {
            Path path = paths.get(i);
            try (DiskFile file = disk.open(path)) {
                Segment segment = Segment.open(path, file);
                segments.add(segment);
                boolean last = i == paths.size() - 1;
                long upTo = last ? Long.MAX_VALUE : Segment.basePosition(paths.get(i + 1));
                SegmentScanner scanner = new SegmentScanner(file, segment);
                Tail tail = scan(scanner, upTo);
                if (last) {
                    repair(file, segment, tail);
                } else if (scanner.position() != upTo) {
                    throw new JournalDamagedException(
                            path,
                            scanner.offset(),
                            "the record with position %d should be here (%s), and the next segment begins at %d"
                                    .formatted(scanner.position(), tail.problem(), upTo));
                }
                endOffset = tail.offset();
                position = tail.position();
            }
        }
        return new Recovered(segments, endOffset, position);
    }

    /// Where the whole entries of a segment end, and what the headers up to there have witnessed.
    private record Tail(long offset, long position, long syncedPosition, String problem) {}

    private static Tail scan(SegmentScanner scanner, long upTo) throws IOException {
        long synced = scanner.position();
        while (scanner.position() < upTo) {
            SegmentScanner.Found found = scanner.next();
            if (scanner.headerValid()) {
                synced = Math.max(synced, scanner.header().syncedPosition);
            }
            if (found == SegmentScanner.Found.ENTRY) {
                continue;
            }
            String problem =
                    found == SegmentScanner.Found.BROKEN ? scanner.problem() : "nothing is there";
            return new Tail(scanner.offset(), scanner.position(), synced, problem);
        }
        return new Tail(scanner.nextOffset(), scanner.position(), synced, "");
    }

    /// Refuses damage, or makes the last segment end durably where its whole entries do.
    private static void repair(DiskFile file, Segment segment, Tail tail) throws IOException {
        ByteBuffer chunk =
                ByteBuffer.allocateDirect((int) Math.min(CHUNK_BYTES, segment.bytes()))
                        .order(ByteOrder.LITTLE_ENDIAN);
        EntryHeader header = new EntryHeader();
        long synced = tail.syncedPosition();
        long residueFrom = Long.MAX_VALUE;
        long residueTo = 0;
        for (long from = tail.offset(); from < segment.bytes(); from += chunk.capacity()) {
            int bytes = file.read(chunk.clear(), from) & -SegmentFormat.ALIGNMENT_BYTES;
            chunk.clear();
            for (int at = 0; at < bytes; at += SegmentFormat.ENTRY_HEADER_BYTES) {
                if (EntryHeader.isZero(chunk, at)) {
                    continue;
                }
                long offset = from + at;
                if (header.read(chunk, at, segment.salt(), offset)) {
                    synced = Math.max(synced, header.syncedPosition);
                    if (offset == tail.offset() && header.records == 0) {
                        continue;
                    }
                }
                residueFrom = Math.min(residueFrom, offset);
                residueTo = offset + SegmentFormat.ENTRY_HEADER_BYTES;
            }
        }
        if (tail.position() < synced) {
            throw new JournalDamagedException(
                    segment.path(),
                    tail.offset(),
                    "the record with position %d should be here (%s), and all below %d had been synced"
                            .formatted(tail.position(), tail.problem(), synced));
        }
        if (synced == tail.position() && residueTo == 0) {
            return;
        }
        writeZeros(file, chunk, residueFrom, residueTo);
        if (synced < tail.position()) {
            writeAgain(file, segment, chunk, synced, tail.offset());
        }
        file.sync();
    }

    private static void writeZeros(DiskFile file, ByteBuffer chunk, long from, long to)
            throws IOException {
        for (int i = 0; i < chunk.capacity(); i++) {
            chunk.put(i, (byte) 0);
        }
        for (long at = from; at < to; at += chunk.capacity()) {
            file.write(chunk.clear().limit((int) Math.min(chunk.capacity(), to - at)), at);
        }
    }

    /// Writes the entries that hold records at or above `position` over themselves.
    private static void writeAgain(
            DiskFile file, Segment segment, ByteBuffer chunk, long position, long endOffset)
            throws IOException {
        SegmentScanner scanner = new SegmentScanner(file, segment);
        while (scanner.position() <= position) {
            SegmentScanner.Found found = scanner.next();
            if (found != SegmentScanner.Found.ENTRY) {
                throw new JournalDamagedException(
                        segment.path(), scanner.offset(), "it changed while it was being read");
            }
        }
        for (long at = scanner.offset(); at < endOffset; at += chunk.capacity()) {
            chunk.clear().limit((int) Math.min(chunk.capacity(), endOffset - at));
            if (file.read(chunk, at) < chunk.limit()) {
                throw new JournalDamagedException(
                        segment.path(), at, "it became shorter while it was being read");
            }
            file.write(chunk.flip(), at);
        }
    }
}
