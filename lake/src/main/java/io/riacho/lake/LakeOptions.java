package io.riacho.lake;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// The settings of a lake.
///
/// @param intervals of the rollups; `1h` is always among them, because the lake finds a late
///     reading's series by it. Fixed when the lake is created
/// @param unsealedBytesMax heap that rows not yet sealed may take; an append beyond it throws
/// @param engineBytesMax memory that DuckDB may take before it spills to the lake's `tmp` directory
/// @param engineThreads threads that a query or a seal may use
/// @param queriesMax user queries that may run at the same time; a further one waits, within its own
///     time limit
/// @param compactBytesMax files smaller than this are merged by a compaction
/// @param compactFilesMin small files that a partition still receiving rows may have before it is
///     compacted all the same
public record LakeOptions(
        List<Interval> intervals,
        long unsealedBytesMax,
        long engineBytesMax,
        int engineThreads,
        int queriesMax,
        long compactBytesMax,
        int compactFilesMin) {

    private static final Interval HOUR = Interval.parse("1h");

    public LakeOptions {
        List<Interval> all = new ArrayList<>(intervals);
        if (all.stream().noneMatch(each -> each.micros() == Interval.HOUR_MICROS)) {
            all.add(HOUR);
        }
        all.sort(Comparator.comparingLong(Interval::micros));
        for (int i = 1; i < all.size(); i++) {
            if (all.get(i).micros() == all.get(i - 1).micros()) {
                throw new IllegalArgumentException(
                        "rollup interval " + all.get(i).name() + " is listed twice");
            }
        }
        intervals = List.copyOf(all);
        if (unsealedBytesMax <= 0 || engineBytesMax < 32 << 20 || compactBytesMax < 0) {
            throw new IllegalArgumentException(
                    "lake memory limits: unsealedBytesMax > 0, engineBytesMax at least 32 MiB");
        }
        if (engineThreads < 1 || queriesMax < 1 || compactFilesMin < 2) {
            throw new IllegalArgumentException(
                    "lake: engineThreads and queriesMax at least 1, compactFilesMin at least 2");
        }
    }

    /// Windows of 1 min, 15 min, 1 h and 1 d, and sizes for one machine with 2 cores.
    public static LakeOptions defaults() {
        return new LakeOptions(
                List.of(
                        Interval.parse("1m"),
                        Interval.parse("15m"),
                        Interval.parse("1h"),
                        Interval.parse("1d")),
                256L << 20,
                192L << 20,
                2,
                4,
                64L << 20,
                8);
    }

    public LakeOptions withIntervals(List<Interval> intervals) {
        return new LakeOptions(
                intervals,
                unsealedBytesMax,
                engineBytesMax,
                engineThreads,
                queriesMax,
                compactBytesMax,
                compactFilesMin);
    }

    public LakeOptions withUnsealedBytesMax(long unsealedBytesMax) {
        return new LakeOptions(
                intervals,
                unsealedBytesMax,
                engineBytesMax,
                engineThreads,
                queriesMax,
                compactBytesMax,
                compactFilesMin);
    }

    public LakeOptions withEngineThreads(int engineThreads) {
        return new LakeOptions(
                intervals,
                unsealedBytesMax,
                engineBytesMax,
                engineThreads,
                queriesMax,
                compactBytesMax,
                compactFilesMin);
    }

    public LakeOptions withEngineBytesMax(long engineBytesMax) {
        return new LakeOptions(
                intervals,
                unsealedBytesMax,
                engineBytesMax,
                engineThreads,
                queriesMax,
                compactBytesMax,
                compactFilesMin);
    }
}
