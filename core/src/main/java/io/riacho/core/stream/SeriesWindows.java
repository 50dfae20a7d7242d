package io.riacho.core.stream;

import io.riacho.core.model.Statistics;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The tumbling windows of all sizes of a series.
///
/// Readings that come in order are added once, not once for each size: to the **front**, the
/// statistics of the current step, where a step is the greatest common divisor of all sizes and so
/// lies within one window of each. When a reading is past the step, or a window closes, the front is
/// merged into its windows. Readings before the front go to their windows directly.
final class SeriesWindows {

    private static final long NO_FRONT = Long.MIN_VALUE;

    private TumblingWindows[] sizes = {};
    private long stepMicros;
    private final Statistics front = new Statistics();

    /// The front is [start, end); both [#NO_FRONT] when there is none.
    private long frontStart = NO_FRONT;

    private long frontEnd = NO_FRONT;

    /// The newest timestamp of the series that closes a window. Follows from the windows alone, as all
    /// that decides when the front is merged must: a restored state has to do as the one written.
    private long closeMicros = Long.MAX_VALUE;

    private long graceMicros;
    private int openMax;

    boolean isEmpty() {
        return sizes.length == 0;
    }

    /// Takes a row in.
    ///
    /// @param newestMicros the series' newest timestamp, this one's included
    void add(double value, long timestampMicros, long newestMicros, TumblingWindows.Taker taker) {
        if (timestampMicros >= frontStart && timestampMicros < frontEnd) {
            front.add(value, timestampMicros);
        } else if (timestampMicros >= frontEnd) {
            settleFront(newestMicros, taker);
            frontStart = Math.floorDiv(timestampMicros, stepMicros) * stepMicros;
            frontEnd = frontStart + stepMicros;
            merge(timestampMicros, new Statistics(), newestMicros, taker);
            front.add(value, timestampMicros);
        } else {
            Statistics one = new Statistics();
            one.add(value, timestampMicros);
            merge(timestampMicros, one, newestMicros, taker);
        }
        if (newestMicros >= closeMicros) {
            close(newestMicros, taker);
        }
    }

    private void merge(
            long timestampMicros, Statistics part, long newestMicros, TumblingWindows.Taker taker) {
        for (TumblingWindows windows : sizes) {
            windows.merge(timestampMicros, part, newestMicros, graceMicros, openMax, taker);
        }
        findClose();
    }

    /// Merges the front into its windows; there is none then.
    private void settleFront(long newestMicros, TumblingWindows.Taker taker) {
        if (frontStart != NO_FRONT) {
            merge(frontStart, front, newestMicros, taker);
            front.clear();
            frontStart = NO_FRONT;
            frontEnd = NO_FRONT;
        }
    }

    private void close(long newestMicros, TumblingWindows.Taker taker) {
        settleFront(newestMicros, taker);
        for (TumblingWindows windows : sizes) {
            windows.close(newestMicros, graceMicros, taker);
        }
        findClose();
    }

    private void findClose() {
        closeMicros = Long.MAX_VALUE;
        for (TumblingWindows windows : sizes) {
            closeMicros = Math.min(closeMicros, windows.closeMicros(graceMicros));
        }
    }

    void handOutAll(long newestMicros, TumblingWindows.Taker taker) {
        settleFront(newestMicros, taker);
        for (TumblingWindows windows : sizes) {
            windows.handOutAll(taker);
        }
        findClose();
    }

    /// Copies of the open windows.
    List<Window> open() {
        List<Window> open = new ArrayList<>();
        for (TumblingWindows windows : sizes) {
            windows.forEach(frontStart, front, open::add);
        }
        return open;
    }

    /// Sets it up for these sizes: hands out the windows of sizes that are gone, keeps the others.
    void bind(
            long[] sizesMicros,
            long grace,
            int openPerSizeMax,
            long newestMicros,
            TumblingWindows.Taker taker) {
        graceMicros = grace;
        openMax = openPerSizeMax;
        if (!sameSizes(sizesMicros)) {
            changeSizes(sizesMicros, newestMicros, taker);
        }
        findClose();
    }

    private void changeSizes(long[] sizesMicros, long newestMicros, TumblingWindows.Taker taker) {
        settleFront(newestMicros, taker);
        List<TumblingWindows> former = new ArrayList<>(List.of(sizes));
        TumblingWindows[] next = new TumblingWindows[sizesMicros.length];
        for (int i = 0; i < next.length; i++) {
            TumblingWindows same = TumblingWindows.ofSize(sizesMicros[i], former);
            former.remove(same);
            next[i] = same == null ? new TumblingWindows(sizesMicros[i]) : same;
        }
        for (TumblingWindows gone : former) {
            gone.handOutAll(taker);
        }
        sizes(next);
    }

    private boolean sameSizes(long[] sizesMicros) {
        if (sizes.length != sizesMicros.length) {
            return false;
        }
        for (int i = 0; i < sizes.length; i++) {
            if (sizes[i].sizeMicros != sizesMicros[i]) {
                return false;
            }
        }
        return true;
    }

    private void sizes(TumblingWindows[] next) {
        sizes = next;
        stepMicros = 0;
        for (TumblingWindows windows : next) {
            stepMicros = greatestCommonDivisor(stepMicros, windows.sizeMicros);
        }
    }

    private static long greatestCommonDivisor(long a, long b) {
        return b == 0 ? a : greatestCommonDivisor(b, a % b);
    }

    void writeTo(DataOutput out) throws IOException {
        StateCodec.writeVarint(out, sizes.length);
        for (TumblingWindows windows : sizes) {
            windows.writeTo(out);
        }
        out.writeLong(frontStart);
        if (frontStart != NO_FRONT) {
            front.writeTo(out);
        }
    }

    static SeriesWindows readFrom(DataInput in) throws IOException {
        SeriesWindows read = new SeriesWindows();
        TumblingWindows[] sizes =
                new TumblingWindows
                        [StateCodec.readCount(in, StreamOptions.WINDOWS_MAX, "sizes of windows")];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = TumblingWindows.readFrom(in);
        }
        read.sizes(sizes);
        read.frontStart = in.readLong();
        if (read.frontStart != NO_FRONT) {
            read.frontEnd = read.frontStart + read.stepMicros;
            read.front.set(Statistics.readFrom(in));
        }
        return read;
    }
}
