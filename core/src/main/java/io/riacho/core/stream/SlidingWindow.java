package io.riacho.core.stream;

import io.riacho.core.model.Statistics;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The rows of a series in the latest stretch of its time, in buckets of a 60th of the stretch.
///
/// At time `now` it holds the bucket that `now` falls into and the 59 before: rows that are at most
/// the whole length old and surely all that are at most 59/60 of it old. Buckets begin at whole
/// multiples of their width since 1970, so which bucket a row falls into does not depend on when the
/// window began. At most 60 statistics, however many the rows.
///
/// All buckets but the current one are kept merged, so that a reading costs one merge. When the
/// current bucket moves on they are merged anew, whole groups of eight at a time: about 13 merges
/// instead of 60. What is merged with what depends only on which buckets there are and on the time,
/// never on how they came about, so a restored window gives the same bits as the one written.
final class SlidingWindow {

    static final int BUCKETS = 60;

    /// Buckets in a group, as a power of two; groups begin at whole multiples of it.
    private static final int GROUP_SHIFT = 3;

    /// Slots for merged groups: more than a window may touch, so that no two share one.
    private static final int GROUPS = 16;

    final long lengthMicros;
    private final long widthMicros;

    /// The buckets that hold rows, ascending.
    private long[] indexes = new long[4];

    private Statistics[] buckets = new Statistics[4];
    private int size;

    /// The bucket that the series' time falls into.
    private long current = Long.MIN_VALUE;

    /// Merged groups, in the slot of their number modulo the slots; null until they are needed.
    private @Nullable Statistics @Nullable [] groups;

    private final long[] groupNumbers = new long[GROUPS];

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
            forgetGroup(index >> GROUP_SHIFT);
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
            mergeOlder(hasCurrent ? size - 1 : size);
            olderIsMerged = true;
        }
        all.set(older);
        if (hasCurrent) {
            all.merge(buckets[size - 1]);
        }
        return all;
    }

    private void mergeOlder(int end) {
        older.clear();
        int i = 0;
        while (i < end) {
            long group = indexes[i] >> GROUP_SHIFT;
            int next = i + 1;
            while (next < end && indexes[next] >> GROUP_SHIFT == group) {
                next++;
            }
            long first = group << GROUP_SHIFT;
            boolean whole = first > current - BUCKETS && first + (1 << GROUP_SHIFT) <= current;
            if (whole) {
                older.merge(group(group, i, next));
            } else {
                for (int k = i; k < next; k++) {
                    older.merge(buckets[k]);
                }
            }
            i = next;
        }
    }

    /// The buckets of [from, to), which are all that a group holds, merged; kept for the next time.
    private Statistics group(long number, int from, int to) {
        if (groups == null) {
            groups = new @Nullable Statistics[GROUPS];
        }
        int slot = (int) number & (GROUPS - 1);
        Statistics merged = groups[slot];
        if (merged == null || groupNumbers[slot] != number) {
            merged = new Statistics();
            for (int k = from; k < to; k++) {
                merged.merge(buckets[k]);
            }
            groups[slot] = merged;
            groupNumbers[slot] = number;
        }
        return merged;
    }

    private void forgetGroup(long number) {
        int slot = (int) number & (GROUPS - 1);
        if (groups != null && groupNumbers[slot] == number) {
            groups[slot] = null;
        }
    }

    /// The series' time at which the oldest bucket leaves; [Long#MAX_VALUE] when there is none.
    long expiryMicros() {
        return size == 0 ? Long.MAX_VALUE : (indexes[0] + BUCKETS) * widthMicros;
    }

    void writeTo(DataOutput out) throws IOException {
        StateCodec.writeVarint(out, lengthMicros);
        StateCodec.writeVarint(out, size);
        for (int i = 0; i < size; i++) {
            StateCodec.writeSigned(out, indexes[i]);
            buckets[i].writeTo(out);
        }
    }

    /// What was written; it has to be brought to its series' time by [#advance(long)].
    static SlidingWindow readFrom(DataInput in) throws IOException {
        long length = StateCodec.readVarint(in);
        if (length <= 0) {
            throw new IOException("damaged state: a sliding window of " + length + " µs");
        }
        SlidingWindow read = new SlidingWindow(length);
        int count = StateCodec.readCount(in, BUCKETS, "buckets of a sliding window");
        for (int i = 0; i < count; i++) {
            read.insert(i, StateCodec.readSigned(in), Statistics.readFrom(in));
        }
        return read;
    }
}
