package io.riacho.journal;

import io.riacho.disk.Disk;
import io.riacho.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// An append-only log of entries, each a batch of records with consecutive positions.
///
/// A record is promised once [#sync()] has returned after its [#append(ByteBuffer, int)]: from then on every open replays
/// it, in order and byte for byte, until [#deleteBefore(long)] removes it. What was appended and not
/// synced may be there after a crash or not, but never with a gap: what replays is a prefix of what was
/// appended.
///
/// Not thread-safe, except for [#durablePosition()] and [#prepareNext()]. It has no threads of its own. One process at a
/// time may open a directory; the caller holds the lock.
///
/// Errors: a [io.riacho.disk.DiskFullException] from `append` leaves all as it was, and a later append may succeed. Another
/// [IOException] from the write of an entry leaves all as it was too. A sync that fails, of a segment or of the directory, is fatal:
/// that call throws what the disk threw, and every later one [JournalFailedException].
public final class Journal implements AutoCloseable {

    /// Entries below this size are assembled in a buffer that is there from the beginning.
    private static final int BUFFER_BYTES_MIN = 64 << 10;

    private final Disk disk;
    private final Path directory;
    private final JournalOptions options;
    private final LongSupplier salts;
    private final SpareSegment spare;
    private final EntryHeader header = new EntryHeader();
    private final ByteBuffer mark = littleEndian(SegmentFormat.ENTRY_HEADER_BYTES);

    /// In order, never empty once open; the last one is the active one.
    private final Deque<Segment> segments;

    private Segment active;
    private DiskFile file;
    private ByteBuffer buffer;
    private long endOffset;
    private long nextPosition;
    private volatile long durablePosition;
    private @Nullable IOException failure;
    private boolean closed;

    private Journal(
            Disk disk,
            Path directory,
            JournalOptions options,
            LongSupplier salts,
            Deque<Segment> segments,
            DiskFile file,
            long endOffset,
            long nextPosition) {
        this.disk = disk;
        this.directory = directory;
        this.options = options;
        this.salts = salts;
        this.spare = new SpareSegment(disk, directory, options.segmentBytes());
        this.segments = segments;
        this.active = segments.getLast();
        this.file = file;
        this.endOffset = endOffset;
        this.nextPosition = nextPosition;
        this.durablePosition = nextPosition;
        this.buffer =
                littleEndian(
                        Math.min(
                                BUFFER_BYTES_MIN,
                                (int) SegmentFormat.padded(options.entryBytesMax())
                                        + SegmentFormat.ENTRY_HEADER_BYTES));
    }

    /// Opens the journal in a directory, which is created when it is missing.
    ///
    /// Reads and checks all of it, cuts what a crash tore off behind the last sync, and syncs what it
    /// keeps, so that all that is there is durable when this returns.
    ///
    /// @throws JournalDamagedException when bytes that had been synced are missing or wrong
    /// @throws io.riacho.disk.DiskFullException when there is no room for a first segment
    public static Journal open(Disk disk, Path directory, JournalOptions options)
            throws IOException {
        return open(disk, directory, options, new SecureRandom()::nextLong);
    }

    /// As above, with segment salts that can be replayed.
    static Journal open(Disk disk, Path directory, JournalOptions options, LongSupplier salts)
            throws IOException {
        disk.createDirectories(directory);
        Recovery.Recovered recovered = Recovery.recover(disk, directory);
        Deque<Segment> segments = new ArrayDeque<>(recovered.segments());
        long endOffset = recovered.endOffset();
        if (segments.isEmpty()) {
            try (SpareSegment first = new SpareSegment(disk, directory, options.segmentBytes())) {
                segments.add(
                        Segment.finish(
                                disk,
                                first.take(),
                                Segment.path(directory, 0),
                                0,
                                salts.getAsLong()));
            }
            disk.syncDirectory(directory);
            endOffset = SegmentFormat.SEGMENT_HEADER_BYTES;
        }
        DiskFile file = disk.open(segments.getLast().path());
        Journal journal =
                new Journal(
                        disk,
                        directory,
                        options,
                        salts,
                        segments,
                        file,
                        endOffset,
                        recovered.nextPosition());
        journal.writeMark();
        return journal;
    }

    /// The position of the first record that is still kept.
    public long firstPosition() {
        return segments.getFirst().basePosition();
    }

    /// The position that the next appended record will get.
    public long nextPosition() {
        return nextPosition;
    }

    /// Every record below this position is on disk. May be called by any thread.
    public long durablePosition() {
        return durablePosition;
    }

    /// Bytes that the segments occupy, including the room reserved in the last one.
    public long sizeBytes() {
        long bytes = 0;
        for (Segment segment : segments) {
            bytes += segment.bytes();
        }
        return bytes;
    }

    /// Streams all entries that hold records at or after `from`, in order; the first may begin below it.
    ///
    /// @throws IllegalArgumentException when `from` is below [#firstPosition()] or above
    ///     [#nextPosition()]: what is asked for was deleted, or never was
    /// @throws JournalDamagedException when an entry can no longer be read as it was written
    public void replay(long from, EntryConsumer consumer) throws IOException {
        checkUsable("replaying the journal");
        if (from < firstPosition() || from > nextPosition) {
            throw new IllegalArgumentException(
                    "asked to replay from position %d; the journal holds %d to %d"
                            .formatted(from, firstPosition(), nextPosition));
        }
        // The position at which each segment ends is where the next one begins.
        Segment segment = null;
        for (Segment following : segments) {
            if (segment != null && following.basePosition() > from) {
                replay(segment, from, following.basePosition(), consumer);
            }
            segment = following;
        }
        replay(active, from, nextPosition, consumer);
    }

    private void replay(Segment segment, long from, long to, EntryConsumer consumer)
            throws IOException {
        try (DiskFile reading = disk.open(segment.path())) {
            SegmentScanner scanner = new SegmentScanner(reading, segment);
            while (scanner.position() < to) {
                SegmentScanner.Found found = scanner.next();
                if (found != SegmentScanner.Found.ENTRY) {
                    throw new JournalDamagedException(
                            segment.path(),
                            scanner.offset(),
                            found == SegmentScanner.Found.BROKEN
                                    ? scanner.problem()
                                    : "the record with position %d is missing"
                                            .formatted(scanner.position()));
                }
                if (scanner.position() > from) {
                    EntryHeader entry = scanner.header();
                    consumer.accept(entry.basePosition, entry.records, scanner.payload());
                }
            }
        }
    }

    /// Writes one entry. It is durable only after [#sync()].
    ///
    /// When the active segment has no room for it, that one is synced and a new one is begun, made
    /// durable before anything is written to it.
    ///
    /// @param payload its remaining bytes are the entry; its position and limit stay as they are
    /// @param records how many records the payload holds, at least 1
    /// @return the position of the first of them
    /// @throws IllegalArgumentException when the payload is larger than
    ///     [JournalOptions#entryBytesMax()] or `records` is less than 1
    /// @throws io.riacho.disk.DiskFullException when a new segment is needed and has no room;
    ///     nothing was written, and a later append may succeed
    public long append(ByteBuffer payload, int records) throws IOException {
        checkUsable("appending to the journal");
        int payloadBytes = payload.remaining();
        if (records < 1 || payloadBytes > options.entryBytesMax()) {
            throw new IllegalArgumentException(
                    "an entry has at least 1 record and at most %d bytes, not %d records and %d bytes"
                            .formatted(options.entryBytesMax(), records, payloadBytes));
        }
        int paddedBytes = (int) SegmentFormat.padded(payloadBytes);
        int entryBytes = SegmentFormat.ENTRY_HEADER_BYTES + paddedBytes;
        if (endOffset + entryBytes + SegmentFormat.ENTRY_HEADER_BYTES > active.bytes()) {
            roll();
        }
        assemble(payload, payloadBytes, paddedBytes, records);
        file.write(buffer.limit(entryBytes).position(0), endOffset);
        long basePosition = nextPosition;
        endOffset += entryBytes;
        nextPosition += records;
        return basePosition;
    }

    private void assemble(ByteBuffer payload, int payloadBytes, int paddedBytes, int records) {
        int at = SegmentFormat.ENTRY_HEADER_BYTES;
        if (buffer.capacity() < at + paddedBytes) {
            buffer = littleEndian(Math.max(at + paddedBytes, 2 * buffer.capacity()));
        }
        buffer.clear();
        for (int i = at + payloadBytes; i < at + paddedBytes; i++) {
            buffer.put(i, (byte) 0);
        }
        buffer.put(at, payload, payload.position(), payloadBytes);
        header.payloadBytes = payloadBytes;
        header.records = records;
        header.basePosition = nextPosition;
        header.syncedPosition = durablePosition;
        header.payloadChecksum = header.payloadChecksum(buffer, at, paddedBytes);
        buffer.clear();
        header.write(buffer, 0, active.salt(), endOffset);
    }

    /// Makes all that was appended durable: one `fdatasync`, or nothing when nothing was appended.
    public void sync() throws IOException {
        checkUsable("syncing the journal");
        if (durablePosition == nextPosition) {
            return;
        }
        fatalIfItFails(() -> file.sync());
        durablePosition = nextPosition;
        writeMark();
    }

    /// Says where the next entry will be that all before it is on disk. Left to the next sync, or to
    /// the operating system's write-back.
    private void writeMark() {
        header.payloadBytes = 0;
        header.records = 0;
        header.basePosition = nextPosition;
        header.syncedPosition = durablePosition;
        header.payloadChecksum = 0;
        header.write(mark.clear(), 0, active.salt(), endOffset);
        try {
            file.write(mark, endOffset);
        } catch (IOException _) {
            // Nothing depends on the mark but how certain a later start is of its findings, and
            // what was synced is durable: if the disk is broken, the next append says so.
        }
    }

    /// Deletes the segments all of whose records are below `position`, oldest first. Each deletion
    /// is durable before the next, so that a crash leaves no gap. The active segment stays.
    public void deleteBefore(long position) throws IOException {
        checkUsable("deleting journal segments");
        while (segments.size() > 1) {
            Segment oldest = segments.removeFirst();
            if (segments.getFirst().basePosition() > position) {
                segments.addFirst(oldest);
                return;
            }
            try {
                disk.delete(oldest.path());
            } catch (IOException e) {
                segments.addFirst(oldest);
                throw e;
            }
            fatalIfItFails(() -> disk.syncDirectory(directory));
        }
    }

    /// Reserves the room of the segment that will be needed next, so that the append which needs it
    /// does not wait for tens of megabytes of zeros. Does nothing when that was done already.
    ///
    /// May be called by one other thread, at any time; an append that needs a segment meanwhile
    /// makes its own.
    ///
    /// @throws io.riacho.disk.DiskFullException when there is no room for a segment
    public void prepareNext() throws IOException {
        spare.prepare();
    }

    /// Whether now is the time to have [#prepareNext()] called: the active segment is half full and
    /// the room of the next one is not reserved. Cheap enough to ask after every sync.
    public boolean wantsNext() {
        return endOffset > active.bytes() / 2 && !spare.isReady();
    }

    private void roll() throws IOException {
        sync();
        DiskFile reserved = spare.take();
        Path path = Segment.path(directory, nextPosition);
        // Past the point where the next name may exist, nothing but success lets us go on.
        fatalIfItFails(() -> {
            Segment fresh = Segment.finish(disk, reserved, path, nextPosition, salts.getAsLong());
            disk.syncDirectory(directory);
            DiskFile opened = disk.open(path);
            file.close();
            file = opened;
            if (active.basePosition() == nextPosition) {
                // It was too small for the entry, had none, and is replaced.
                segments.removeLast();
            }
            segments.addLast(fresh);
            active = fresh;
            endOffset = SegmentFormat.SEGMENT_HEADER_BYTES;
        });
    }

    /// Syncs, and closes the files. A journal that failed is only closed. Closing twice is fine.
    @Override
    public void close() throws IOException {
        if (closed) {
            return;
        }
        try {
            if (failure == null) {
                sync();
                // The mark too.
                fatalIfItFails(() -> file.sync());
            }
        } finally {
            closed = true;
            try {
                spare.close();
            } finally {
                file.close();
            }
        }
    }

    private interface DiskOperation {
        void run() throws IOException;
    }

    private void fatalIfItFails(DiskOperation operation) throws IOException {
        try {
            operation.run();
        } catch (IOException e) {
            failure = e;
            throw e;
        }
    }

    private void checkUsable(String operation) throws JournalFailedException {
        if (failure != null) {
            throw new JournalFailedException(operation, failure);
        }
        if (closed) {
            throw new IllegalStateException(operation + ": it is closed");
        }
    }

    private static ByteBuffer littleEndian(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
