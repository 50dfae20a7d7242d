package io.riacho.core.stream;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/// The rows that a series remembers, by timestamp: value and position of each.
///
/// Sorted arrays in chunks of at most [#CHUNK_ROWS]: an append in order costs no search; an insertion
/// anywhere a binary search and the move of at most one chunk; so a million rows in the worst order
/// cost microseconds each, not milliseconds. 24 bytes a row, and up to as much again in room to grow.
final class Timeline {

    static final int CHUNK_ROWS = 512;
    private static final int CHUNK_ROWS_AT_FIRST = 8;

    /// Rows one after the other, three cells each: timestamp, value's bits, position. Side by side,
    /// so that an append touches one line of the processor's cache and not three.
    private static final class Chunk {
        static final int CELLS = 3;

        long[] cells;
        int size;

        Chunk(int room) {
            cells = new long[room * CELLS];
        }

        long timestamp(int row) {
            return cells[row * CELLS];
        }

        double value(int row) {
            return Double.longBitsToDouble(cells[row * CELLS + 1]);
        }

        long position(int row) {
            return cells[row * CELLS + 2];
        }

        /// Like [java.util.Arrays#binarySearch(long[], long)].
        int search(long timestamp) {
            int low = 0;
            int high = size - 1;
            while (low <= high) {
                int middle = (low + high) >>> 1;
                long found = timestamp(middle);
                if (found < timestamp) {
                    low = middle + 1;
                } else if (found > timestamp) {
                    high = middle - 1;
                } else {
                    return middle;
                }
            }
            return ~low;
        }

        void insert(int at, long timestamp, double value, long position) {
            if (size * CELLS == cells.length) {
                cells = Arrays.copyOf(cells, Math.min(CHUNK_ROWS, size * 2) * CELLS);
            }
            int cell = at * CELLS;
            if (at < size) {
                System.arraycopy(cells, cell, cells, cell + CELLS, (size - at) * CELLS);
            }
            cells[cell] = timestamp;
            cells[cell + 1] = Double.doubleToRawLongBits(value);
            cells[cell + 2] = position;
            size++;
        }

        /// A chunk of the rows in [from, to), with little room to spare.
        Chunk part(int from, int to) {
            int rows = to - from;
            Chunk part =
                    new Chunk(Math.min(CHUNK_ROWS, Math.max(CHUNK_ROWS_AT_FIRST, rows * 5 / 4)));
            System.arraycopy(cells, from * CELLS, part.cells, 0, rows * CELLS);
            part.size = rows;
            return part;
        }
    }

    private Chunk[] chunks = {new Chunk(CHUNK_ROWS_AT_FIRST)};

    /// Chunks in use, at least one; none of them is empty but the only one.
    private int used = 1;

    private int size;

    int size() {
        return size;
    }

    /// Adds a row whose timestamp is larger than all that are here.
    void append(long timestamp, double value, long position) {
        Chunk chunk = chunks[used - 1];
        if (chunk.size == CHUNK_ROWS) {
            chunk = new Chunk(CHUNK_ROWS);
            insertChunk(used, chunk);
        }
        chunk.insert(chunk.size, timestamp, value, position);
        size++;
    }

    /// Where a timestamp is, as a place for [#value(long)]; or, negative, `~place` where it belongs,
    /// for [#insert(long, long, double, long)]. A place holds until the next change.
    long find(long timestamp) {
        int low = 0;
        int high = used - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (chunks[middle].timestamp(0) <= timestamp) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        Chunk chunk = chunks[low];
        int at = chunk.search(timestamp);
        return at >= 0 ? place(low, at) : ~place(low, ~at);
    }

    private static long place(int chunk, int at) {
        return (long) chunk << 32 | at;
    }

    double value(long place) {
        return chunks[(int) (place >>> 32)].value((int) place);
    }

    /// Adds a row where [#find(long)] said that its timestamp belongs.
    void insert(long place, long timestamp, double value, long position) {
        int index = (int) (place >>> 32);
        int at = (int) place;
        Chunk chunk = chunks[index];
        if (chunk.size == CHUNK_ROWS) {
            int half = CHUNK_ROWS / 2;
            Chunk upper = chunk.part(half, CHUNK_ROWS);
            insertChunk(index + 1, upper);
            chunk.size = half;
            if (at > half) {
                chunk = upper;
                at -= half;
            }
        }
        chunk.insert(at, timestamp, value, position);
        size++;
    }

    private void insertChunk(int index, Chunk chunk) {
        if (used == chunks.length) {
            chunks = Arrays.copyOf(chunks, used * 2);
        }
        System.arraycopy(chunks, index, chunks, index + 1, used - index);
        chunks[index] = chunk;
        used++;
    }

    /// Forgets the oldest rows by timestamp as long as their positions are at most `upTo` and more
    /// than `keep` rows remain.
    ///
    /// @return the largest timestamp forgotten, or [Long#MIN_VALUE] if there was none
    long forget(long upTo, int keep) {
        int index = 0;
        int at = 0;
        int forgotten = 0;
        long floor = Long.MIN_VALUE;
        while (size - forgotten > keep && chunks[index].position(at) <= upTo) {
            floor = chunks[index].timestamp(at);
            forgotten++;
            at++;
            if (at == chunks[index].size && index < used - 1) {
                index++;
                at = 0;
            }
        }
        if (forgotten == 0) {
            return floor;
        }
        if (at > 0) {
            chunks[index] = chunks[index].part(at, chunks[index].size);
        }
        if (index > 0) {
            System.arraycopy(chunks, index, chunks, 0, used - index);
            Arrays.fill(chunks, used - index, used, null);
            used -= index;
        }
        if (chunks.length > 8 && used < chunks.length / 4) {
            chunks = Arrays.copyOf(chunks, chunks.length / 2);
        }
        size -= forgotten;
        return floor;
    }

    void writeTo(DataOutput out) throws IOException {
        StateCodec.writeVarint(out, size);
        long timestamp = 0;
        long position = 0;
        for (int c = 0; c < used; c++) {
            Chunk chunk = chunks[c];
            for (int i = 0; i < chunk.size; i++) {
                StateCodec.writeSigned(out, chunk.timestamp(i) - timestamp);
                StateCodec.writeSigned(out, chunk.position(i) - position);
                out.writeDouble(chunk.value(i));
                timestamp = chunk.timestamp(i);
                position = chunk.position(i);
            }
        }
    }

    static Timeline readFrom(DataInput in) throws IOException {
        Timeline read = new Timeline();
        int rows = StateCodec.readCount(in, Integer.MAX_VALUE, "remembered rows");
        long timestamp = 0;
        long position = 0;
        for (int i = 0; i < rows; i++) {
            long step = StateCodec.readSigned(in);
            if (i > 0 && step <= 0) {
                throw new IOException("damaged state: timestamps that do not rise");
            }
            timestamp += step;
            position += StateCodec.readSigned(in);
            read.append(timestamp, in.readDouble(), position);
        }
        return read;
    }
}
