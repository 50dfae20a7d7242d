package io.riacho.journal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/// The 32 bytes before a payload, written and read; one object serves a whole scan.
///
/// Its checksum covers the segment's salt and the header's offset in the file besides the fields,
/// so that bytes left from another segment, copied to another place or crafted inside a payload
/// are not taken for a header. The payload's checksum is one of the fields, and so inherits that.
final class EntryHeader {

    private static final int PAYLOAD_BYTES_AT = 0;
    private static final int RECORDS_AT = 4;
    private static final int BASE_POSITION_AT = 8;
    private static final int SYNCED_POSITION_AT = 16;
    private static final int PAYLOAD_CHECKSUM_AT = 24;
    private static final int CHECKSUM_AT = 28;

    private final ByteBuffer salted =
            ByteBuffer.allocate(2 * Long.BYTES + CHECKSUM_AT).order(ByteOrder.LITTLE_ENDIAN);
    private final CRC32C crc = new CRC32C();

    int payloadBytes;

    /// 0 for a mark.
    int records;

    long basePosition;

    /// Every record below it was on disk when this was written.
    long syncedPosition;

    int payloadChecksum;

    /// Writes the fields at `at` of a little-endian buffer.
    void write(ByteBuffer buffer, int at, long salt, long offset) {
        buffer.putInt(at + PAYLOAD_BYTES_AT, payloadBytes);
        buffer.putInt(at + RECORDS_AT, records);
        buffer.putLong(at + BASE_POSITION_AT, basePosition);
        buffer.putLong(at + SYNCED_POSITION_AT, syncedPosition);
        buffer.putInt(at + PAYLOAD_CHECKSUM_AT, payloadChecksum);
        buffer.putInt(at + CHECKSUM_AT, checksum(buffer, at, salt, offset));
    }

    /// Reads the fields at `at` of a little-endian buffer; false when the checksum is wrong, and then the fields mean nothing.
    boolean read(ByteBuffer buffer, int at, long salt, long offset) {
        payloadBytes = buffer.getInt(at + PAYLOAD_BYTES_AT);
        records = buffer.getInt(at + RECORDS_AT);
        basePosition = buffer.getLong(at + BASE_POSITION_AT);
        syncedPosition = buffer.getLong(at + SYNCED_POSITION_AT);
        payloadChecksum = buffer.getInt(at + PAYLOAD_CHECKSUM_AT);
        return buffer.getInt(at + CHECKSUM_AT) == checksum(buffer, at, salt, offset);
    }

    static boolean isZero(ByteBuffer buffer, int at) {
        return (buffer.getLong(at)
                        | buffer.getLong(at + 8)
                        | buffer.getLong(at + 16)
                        | buffer.getLong(at + 24))
                == 0;
    }

    /// The checksum of a padded payload at `at`; leaves the buffer's position and limit somewhere else.
    int payloadChecksum(ByteBuffer buffer, int at, int paddedBytes) {
        if (paddedBytes == 0) {
            return 0;
        }
        crc.reset();
        crc.update(buffer.limit(at + paddedBytes).position(at));
        return (int) crc.getValue();
    }

    private int checksum(ByteBuffer buffer, int at, long salt, long offset) {
        salted.putLong(0, salt).putLong(Long.BYTES, offset);
        salted.put(2 * Long.BYTES, buffer, at, CHECKSUM_AT);
        crc.reset();
        crc.update(salted.array());
        return (int) crc.getValue();
    }
}
