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
/// it is the oldest and there is no room for another. A reading for a window that has passed is
/// handed out as a part of its own.
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

    /// @param newestMicros the series' newest timestamp, this reading's included
    void add(
            double value,
            long timestampMicros,
            long newestMicros,
            long graceMicros,
            int openMax,
            Taker taker) {
        if (open > 0) {
            long offset = timestampMicros - starts[open - 1];
            if (offset >= 0 && offset < sizeMicros) {
                statistics[open - 1].add(value, timestampMicros);
                close(newestMicros, graceMicros, taker);
                return;
            }
        }
        long start = Math.floorDiv(timestampMicros, sizeMicros) * sizeMicros;
        int at = open;
        while (at > 0 && starts[at - 1] > start) {
            at--;
        }
        if (at > 0 && starts[at - 1] == start) {
            statistics[at - 1].add(value, timestampMicros);
        } else {
            Statistics fresh = new Statistics();
            fresh.add(value, timestampMicros);
            if (start + sizeMicros + graceMicros <= newestMicros) {
                taker.take(new Window(sizeMicros, start, fresh));
            } else {
                insert(at, start, fresh);
            }
        }
        close(newestMicros, graceMicros, taker);
        while (open > openMax) {
            handOutOldest(taker);
        }
    }

    private void close(long newestMicros, long graceMicros, Taker taker) {
        while (open > 0 && starts[0] + sizeMicros + graceMicros <= newestMicros) {
            handOutOldest(taker);
        }
    }

    void handOutAll(Taker taker) {
        while (open > 0) {
            handOutOldest(taker);
        }
    }

    void forEach(Taker taker) {
        for (int i = 0; i < open; i++) {
            taker.take(new Window(sizeMicros, starts[i], statistics[i].copy()));
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
        taker.take(oldest);
    }

    void writeTo(DataOutput out) throws IOException {
        Wire.writeVarint(out, sizeMicros);
        Wire.writeVarint(out, open);
        for (int i = 0; i < open; i++) {
            Wire.writeSigned(out, starts[i]);
            statistics[i].writeTo(out);
        }
    }

    static TumblingWindows readFrom(DataInput in) throws IOException {
        long size = Wire.readVarint(in);
        if (size <= 0) {
            throw new IOException("damaged state: windows of " + size + " µs");
        }
        TumblingWindows read = new TumblingWindows(size);
        int count = Wire.readCount(in, OPEN_MAX, "open windows");
        for (int i = 0; i < count; i++) {
            read.insert(i, Wire.readSigned(in), Statistics.readFrom(in));
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
