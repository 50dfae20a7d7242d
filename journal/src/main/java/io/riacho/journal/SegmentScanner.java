package io.riacho.journal;

import io.riacho.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Walks over the entries of one segment, in memory bounded by the largest entry that is there.
final class SegmentScanner {

    /// What is found where the next entry would be.
    enum Found {
        /// A whole entry with the position that was expected.
        ENTRY,
        /// The mark that the last sync left.
        MARK,
        /// Zeros, or the end of the file.
        NOTHING,
        /// Neither: see [#problem()].
        BROKEN
    }

    private static final int WINDOW_BYTES = 1 << 20;

    private final DiskFile file;
    private final Segment segment;
    private final EntryHeader header = new EntryHeader();

    private ByteBuffer window;
    private ByteBuffer readOnlyWindow;
    private long windowOffset;
    private int windowBytes;

    private long offset = SegmentFormat.SEGMENT_HEADER_BYTES;
    private long nextOffset = offset;
    private long position;
    private String problem = "";
    private boolean headerValid;

    SegmentScanner(DiskFile file, Segment segment) {
        this.file = file;
        this.segment = segment;
        this.position = segment.basePosition();
        this.window = window((int) Math.min(WINDOW_BYTES, segment.bytes()));
        this.readOnlyWindow = window.asReadOnlyBuffer();
    }

    /// Looks at the place behind the entry that was found last.
    Found next() throws IOException {
        offset = nextOffset;
        headerValid = false;
        if (!load(offset, SegmentFormat.ENTRY_HEADER_BYTES)) {
            return Found.NOTHING;
        }
        int at = (int) (offset - windowOffset);
        if (EntryHeader.isZero(window, at)) {
            return Found.NOTHING;
        }
        headerValid = header.read(window, at, segment.salt(), offset);
        if (!headerValid) {
            return broken("an entry header's checksum is wrong");
        }
        if (header.basePosition != position) {
            return broken(
                    "an entry has position %d where %d was expected"
                            .formatted(header.basePosition, position));
        }
        if (header.records == 0) {
            return Found.MARK;
        }
        int paddedBytes = (int) SegmentFormat.padded(header.payloadBytes);
        if (!load(offset, SegmentFormat.ENTRY_HEADER_BYTES + paddedBytes)) {
            return broken("the file ends within an entry");
        }
        at = (int) (offset - windowOffset) + SegmentFormat.ENTRY_HEADER_BYTES;
        int checksum = header.payloadChecksum(window, at, paddedBytes);
        window.clear();
        if (checksum != header.payloadChecksum) {
            return broken("an entry's checksum is wrong");
        }
        position += header.records;
        nextOffset = offset + SegmentFormat.ENTRY_HEADER_BYTES + paddedBytes;
        return Found.ENTRY;
    }

    /// Where what was found last begins.
    long offset() {
        return offset;
    }

    /// Where the next look will be.
    long nextOffset() {
        return nextOffset;
    }

    /// The position behind the last entry that was found.
    long position() {
        return position;
    }

    /// The fields of the entry or mark that was found last.
    EntryHeader header() {
        return header;
    }

    /// Whether [#header()] can be believed; true also for an entry of which only the payload is broken.
    boolean headerValid() {
        return headerValid;
    }

    /// The payload of the entry that was found last, until the next look.
    ByteBuffer payload() {
        int at = (int) (offset - windowOffset) + SegmentFormat.ENTRY_HEADER_BYTES;
        return readOnlyWindow.slice(at, header.payloadBytes);
    }

    /// What is broken, for a person to read.
    String problem() {
        return problem;
    }

    private Found broken(String what) {
        problem = what;
        return Found.BROKEN;
    }

    private static ByteBuffer window(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /// Brings bytes of the file into the window; false when the file ends before them.
    private boolean load(long from, int bytes) throws IOException {
        if (from >= windowOffset && from + bytes <= windowOffset + windowBytes) {
            return true;
        }
        if (from + bytes > segment.bytes()) {
            return false;
        }
        if (bytes > window.capacity()) {
            window = window(bytes);
            readOnlyWindow = window.asReadOnlyBuffer();
        }
        window.clear();
        windowOffset = from;
        windowBytes = file.read(window, from);
        window.clear();
        return bytes <= windowBytes;
    }
}
