package io.riacho.core.stream;

import io.riacho.core.model.Statistics;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;

/// The rows of a series in the latest stretch of its time, in buckets of a 60th of the stretch.
///
/// At time `now` it holds the bucket that `now` falls into and the 59 before: rows that are at most
/// the whole length old and surely all that are at most 59/60 of it old. Buckets begin at whole
/// multiples of their width since 1970, so which bucket a row falls into does not depend on when the
/// window began. At most 60 statistics, however many the rows.
///
/// All buckets but the current one are kept merged, always in the same order, so that a reading costs
/// one merge and a restored window gives the same bits as the one that was written.
final class SlidingWindow {

    static final int BUCKETS = 60;

    final long lengthMicros;
    private final long widthMicros;

    /// The buckets that hold rows, ascending.
    private long[] indexes = new long[4];

    private Statistics[] buckets = new Statistics[4];
    private int size;

    /// The bucket that the series' time falls into.
    private long current = Long.MIN_VALUE;

    private final Statistics older = new Statistics();
    private boolean olderIsMerged;
    private final Statistics all = new Statistics();

    SlidingWindow(long lengthMicros) {
        this.lengthMicros = lengthMicros;
        this.widthMicros = Math.ceilDiv(lengthMicros, BUCKETS);
    }

    /// Lets the series' time come to `nowMicros`; it never goes back.
    void advance(long nowMicros) {
        long index = Math.floorDiv(nowMicros, widthMicros);
        if (index == current) {
            return;
        }
        current = index;
        olderIsMerged = false;
        int expired = 0;
        while (expired < size && indexes[expired] <= current - BUCKETS) {
            expired++;
        }
        if (expired > 0) {
            size -= expired;
            System.arraycopy(indexes, expired, indexes, 0, size);
            System.arraycopy(buckets, expired, buckets, 0, size);
        }
    }

    /// Takes a row in, unless it is too old; its timestamp is not past the series' time.
    void add(double value, long timestampMicros) {
        long index = Math.floorDiv(timestampMicros, widthMicros);
        if (index <= current - BUCKETS) {
            return;
        }
        if (index != current) {
            olderIsMerged = false;
        }
        int at = size;
        while (at > 0 && indexes[at - 1] > index) {
            at--;
        }
        if (at == 0 || indexes[at - 1] != index) {
            insert(at, index, new Statistics());
            at++;
        }
        buckets[at - 1].add(value, timestampMicros);
    }

    private void insert(int at, long index, Statistics bucket) {
        if (size == indexes.length) {
            indexes = Arrays.copyOf(indexes, size * 2);
            buckets = Arrays.copyOf(buckets, size * 2);
        }
        System.arraycopy(indexes, at, indexes, at + 1, size - at);
        System.arraycopy(buckets, at, buckets, at + 1, size - at);
        indexes[at] = index;
        buckets[at] = bucket;
        size++;
    }

    /// The statistics of what it holds; valid until the next change.
    Statistics statistics() {
        boolean hasCurrent = size > 0 && indexes[size - 1] == current;
        if (!olderIsMerged) {
            older.set(new Statistics());
            for (int i = 0; i < (hasCurrent ? size - 1 : size); i++) {
                older.merge(buckets[i]);
            }
            olderIsMerged = true;
        }
        all.set(older);
        if (hasCurrent) {
            all.merge(buckets[size - 1]);
        }
        return all;
    }

    /// The series' time at which the oldest bucket leaves; [Long#MAX_VALUE] when there is none.
    long expiryMicros() {
        return size == 0 ? Long.MAX_VALUE : (indexes[0] + BUCKETS) * widthMicros;
    }

    void writeTo(DataOutput out) throws IOException {
        Wire.writeVarint(out, lengthMicros);
        Wire.writeVarint(out, size);
        for (int i = 0; i < size; i++) {
            Wire.writeSigned(out, indexes[i]);
            buckets[i].writeTo(out);
        }
    }

    /// What was written; it has to be brought to its series' time by [#advance(long)].
    static SlidingWindow readFrom(DataInput in) throws IOException {
        long length = Wire.readVarint(in);
        if (length <= 0) {
            throw new IOException("damaged state: a sliding window of " + length + " µs");
        }
        SlidingWindow read = new SlidingWindow(length);
        int count = Wire.readCount(in, BUCKETS, "buckets of a sliding window");
        for (int i = 0; i < count; i++) {
            read.insert(i, Wire.readSigned(in), Statistics.readFrom(in));
        }
        return read;
    }
}
