package io.riacho.journal;

/// The sizes of the parts of a journal.
///
/// @param segmentBytes the size of each segment file, reserved when it is made, 8 KiB to 2 GiB; segments are
///     deleted whole, so it is also the grain of deletion. A multiple of 32.
/// @param entryBytesMax the largest payload of one entry, which an append above it refuses by
///     throwing; an entry never spans segments, so a segment must have room for one
public record JournalOptions(long segmentBytes, int entryBytesMax) {

    /// What [#segmentBytes] is a multiple of.
    public static final int SEGMENT_BYTES_UNIT = SegmentFormat.ALIGNMENT_BYTES;

    private static final long SEGMENT_BYTES_MIN = 8 << 10;
    private static final long SEGMENT_BYTES_MAX = 2L << 30;

    public JournalOptions {
        if (segmentBytes < SEGMENT_BYTES_MIN
                || segmentBytes > SEGMENT_BYTES_MAX
                || segmentBytes % SEGMENT_BYTES_UNIT != 0) {
            throw new IllegalArgumentException(
                    "segmentBytes must be a multiple of 32 from 8 KiB to 2 GiB: " + segmentBytes);
        }
        long payloadBytesMax = segmentBytes - SegmentFormat.overheadBytes();
        if (entryBytesMax < 1 || entryBytesMax > payloadBytesMax) {
            throw new IllegalArgumentException(
                    "entryBytesMax must be from 1 to %d, so that an entry fits in a segment of %d bytes: %d"
                            .formatted(payloadBytesMax, segmentBytes, entryBytesMax));
        }
    }

    /// Segments of 64 MiB, entries of up to 16 MiB.
    public static JournalOptions defaults() {
        return new JournalOptions(64 << 20, 16 << 20);
    }
}
