package io.riacho.journal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/// The constants of the segment format; `docs/formats/journal.md` has the tables.
///
/// Entry headers are 32 bytes at multiples of 32, so none straddles a 512-byte sector: a torn
/// write leaves either the old header or the new one, both whole, and with it the witness of what had been synced.
final class SegmentFormat {

    static final int VERSION = 1;

    /// A page of its own, so that no later write touches the sectors of the header.
    static final int SEGMENT_HEADER_BYTES = 4096;

    static final int ENTRY_HEADER_BYTES = 32;
    static final int ALIGNMENT_BYTES = 32;

    private static final byte[] MAGIC = "RIACHOJL".getBytes(StandardCharsets.US_ASCII);
    private static final int SEGMENT_CHECKSUM_AT = SEGMENT_HEADER_BYTES - Integer.BYTES;

    private SegmentFormat() {}

    /// What a segment needs besides the payload of a single entry: its header, the entry's, and the mark.
    static long overheadBytes() {
        return SEGMENT_HEADER_BYTES + 2L * ENTRY_HEADER_BYTES;
    }

    static long padded(long payloadBytes) {
        return (payloadBytes + ALIGNMENT_BYTES - 1) & -ALIGNMENT_BYTES;
    }

    static ByteBuffer segmentHeader(long basePosition, long salt) {
        ByteBuffer header =
                ByteBuffer.allocate(SEGMENT_HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        header.put(MAGIC).putInt(VERSION).putInt(SEGMENT_HEADER_BYTES);
        header.putLong(basePosition).putLong(salt);
        header.putInt(SEGMENT_CHECKSUM_AT, segmentChecksum(header));
        return header.clear();
    }

    /// What is wrong with a segment's header, or an empty string.
    static String segmentProblem(ByteBuffer header, long basePosition) {
        for (int i = 0; i < MAGIC.length; i++) {
            if (header.get(i) != MAGIC[i]) {
                return "the file does not begin as a journal segment does";
            }
        }
        if (segmentChecksum(header) != header.getInt(SEGMENT_CHECKSUM_AT)) {
            return "the segment header's checksum is wrong";
        }
        int version = header.getInt(8);
        if (version != VERSION || header.getInt(12) != SEGMENT_HEADER_BYTES) {
            return "written in format version %d, and this program reads version %d: start the program that wrote it"
                    .formatted(version, VERSION);
        }
        if (header.getLong(16) != basePosition) {
            return "the file's name says position %d, its header %d"
                    .formatted(basePosition, header.getLong(16));
        }
        return "";
    }

    static long salt(ByteBuffer segmentHeader) {
        return segmentHeader.getLong(24);
    }

    private static int segmentChecksum(ByteBuffer header) {
        CRC32C crc = new CRC32C();
        crc.update(header.duplicate().position(0).limit(SEGMENT_CHECKSUM_AT));
        return (int) crc.getValue();
    }
}
