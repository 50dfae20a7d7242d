package io.riacho.core.stream;

import io.riacho.core.model.Statistics;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The open windows of one size of a series, at most so many.
///
/// A window is handed out when its series' newest timestamp has passed its end by the grace, or when
/// it is the oldest and there is no room for another. What comes for a window that has passed is
/// handed out as a part of its own. Empty ones are never handed out.
final class TumblingWindows {

    /// Takes what is handed out.
    interface Taker {
        void take(Window window);
    }

    private static final int OPEN_MAX = 1_000_000;

    final long sizeMicros;

    /// Ascending; the first `open` are in use.
    private long[] starts = new long[2];

    private Statistics[] statistics = new Statistics[2];
    private int open;

    TumblingWindows(long sizeMicros) {
        this.sizeMicros = sizeMicros;
    }

    /// Merges a part into the window of its timestamp; hands it out when that window has passed.
    ///
    /// @param newestMicros the series' newest timestamp
    void merge(
            long timestampMicros,
            Statistics part,
            long newestMicros,
            long graceMicros,
            int openMax,
            Taker taker) {
        long start = Math.floorDiv(timestampMicros, sizeMicros) * sizeMicros;
        int at = place(start);
        if (at > 0 && starts[at - 1] == start) {
            statistics[at - 1].merge(part);
        } else if (start + sizeMicros + graceMicros <= newestMicros) {
            if (!part.isEmpty()) {
                taker.take(new Window(sizeMicros, start, part.copy()));
            }
        } else {
            insert(at, start, part.copy());
            while (open > openMax) {
                handOutOldest(taker);
            }
        }
    }

    /// How many windows start at or before that time.
    private int place(long start) {
        int at = open;
        while (at > 0 && starts[at - 1] > start) {
            at--;
        }
        return at;
    }

    /// Hands out the windows that the series' newest timestamp has passed by the grace.
    void close(long newestMicros, long graceMicros, Taker taker) {
        while (open > 0 && starts[0] + sizeMicros + graceMicros <= newestMicros) {
            handOutOldest(taker);
        }
    }

    /// The newest timestamp that closes the oldest window; [Long#MAX_VALUE] when none is open.
    long closeMicros(long graceMicros) {
        return open == 0 ? Long.MAX_VALUE : starts[0] + sizeMicros + graceMicros;
    }

    void handOutAll(Taker taker) {
        while (open > 0) {
            handOutOldest(taker);
        }
    }

    /// Copies of the open windows, with a part that is not merged yet.
    void forEach(long partTimestampMicros, Statistics part, Taker taker) {
        for (int i = 0; i < open; i++) {
            Statistics copy = statistics[i].copy();
            long offset = partTimestampMicros - starts[i];
            if (offset >= 0 && offset < sizeMicros) {
                copy.merge(part);
            }
            taker.take(new Window(sizeMicros, starts[i], copy));
        }
    }

    private void insert(int at, long start, Statistics of) {
        if (open == starts.length) {
            starts = Arrays.copyOf(starts, open * 2);
            statistics = Arrays.copyOf(statistics, open * 2);
        }
        System.arraycopy(starts, at, starts, at + 1, open - at);
        System.arraycopy(statistics, at, statistics, at + 1, open - at);
        starts[at] = start;
        statistics[at] = of;
        open++;
    }

    private void handOutOldest(Taker taker) {
        Window oldest = new Window(sizeMicros, starts[0], statistics[0]);
        open--;
        System.arraycopy(starts, 1, starts, 0, open);
        System.arraycopy(statistics, 1, statistics, 0, open);
        if (!oldest.statistics().isEmpty()) {
            taker.take(oldest);
        }
    }

    void writeTo(DataOutput out) throws IOException {
        StateCodec.writeVarint(out, sizeMicros);
        StateCodec.writeVarint(out, open);
        for (int i = 0; i < open; i++) {
            StateCodec.writeSigned(out, starts[i]);
            statistics[i].writeTo(out);
        }
    }

    static TumblingWindows readFrom(DataInput in) throws IOException {
        long size = StateCodec.readVarint(in);
        if (size <= 0) {
            throw new IOException("damaged state: windows of " + size + " µs");
        }
        TumblingWindows read = new TumblingWindows(size);
        int count = StateCodec.readCount(in, OPEN_MAX, "open windows");
        for (int i = 0; i < count; i++) {
            read.insert(i, StateCodec.readSigned(in), Statistics.readFrom(in));
        }
        return read;
    }

    /// The one of that size, or null.
    static @Nullable TumblingWindows ofSize(long sizeMicros, List<TumblingWindows> among) {
        for (TumblingWindows windows : among) {
            if (windows.sizeMicros == sizeMicros) {
                return windows;
            }
        }
        return null;
    }
}
