package io.riacho.lake;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/// Rows of readings in columns, appended by one thread while others read what was published.
///
/// The rows lie in chunks, which are linked and never move. The writer fills a row's cells with plain
/// stores and then publishes it by a release store of the row count; a reader that acquires the
/// count sees all cells, and all links, below it. So an append costs no fence beyond that store, and
/// readers never stop the writer.
final class ReadingRows {

    static final int CHUNK_ROWS = 4096;

    /// Bytes of heap for a row: four longs or doubles and two codes; a conflict has one double more.
    static final int ROW_BYTES = 4 * 8 + 2 * 4;

    static final int KEPT_BYTES = 8;

    static final class Chunk {
        final long[] positions = new long[CHUNK_ROWS];
        final long[] timestampsMicros = new long[CHUNK_ROWS];
        final long[] receivedAtMicros = new long[CHUNK_ROWS];
        final double[] values = new double[CHUNK_ROWS];
        final double @Nullable [] keptValues;
        final int[] series = new int[CHUNK_ROWS];
        final int[] sources = new int[CHUNK_ROWS];
        @Nullable Chunk next;

        Chunk(boolean withKeptValues) {
            keptValues = withKeptValues ? new double[CHUNK_ROWS] : null;
        }
    }

    private static final VarHandle PUBLISHED;

    static {
        try {
            PUBLISHED =
                    MethodHandles.lookup()
                            .findVarHandle(ReadingRows.class, "published", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final boolean withKeptValues;

    // Written by the writer before the first row is published.
    private @Nullable Chunk head;
    private @Nullable Chunk tail;
    private int inTail = CHUNK_ROWS;

    @SuppressWarnings("unused") // through PUBLISHED
    private long published;

    ReadingRows(boolean withKeptValues) {
        this.withKeptValues = withKeptValues;
    }

    void append(
            long position,
            int series,
            long timestampMicros,
            double value,
            double keptValue,
            int source,
            long receivedAtMicros) {
        Chunk chunk = tail;
        if (chunk == null || inTail == CHUNK_ROWS) {
            chunk = new Chunk(withKeptValues);
            if (tail == null) {
                head = chunk;
            } else {
                tail.next = chunk;
            }
            tail = chunk;
            inTail = 0;
        }
        int row = inTail;
        chunk.positions[row] = position;
        chunk.timestampsMicros[row] = timestampMicros;
        chunk.receivedAtMicros[row] = receivedAtMicros;
        chunk.values[row] = value;
        chunk.series[row] = series;
        chunk.sources[row] = source;
        if (chunk.keptValues != null) {
            chunk.keptValues[row] = keptValue;
        }
        inTail = row + 1;
        PUBLISHED.setRelease(this, (long) PUBLISHED.get(this) + 1);
    }

    /// Rows that a reader may see.
    long size() {
        return (long) PUBLISHED.getAcquire(this);
    }

    /// The first chunk; null only while [#size()] is 0.
    @Nullable Chunk head() {
        return head;
    }
}
