package io.riacho.benchmarks;

import io.riacho.disk.RealDisk;
import io.riacho.lake.FrozenBlock;
import io.riacho.lake.Lake;
import io.riacho.lake.LakeOptions;
import io.riacho.lake.QueryException;
import io.riacho.lake.QueryLimits;
import io.riacho.lake.QueryResult;
import io.riacho.lake.ReadingKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// The lake alone: appending with a query each second, sealing a million rows, how soon a row is
/// seen, looking late readings up, and memory. Prints one line per figure; takes less than 20 s.
public final class LakeBenchmark {

    private static final long START = 1_767_225_600_000_000L; // 2026-01-01T00:00:00Z
    private static final int SERIES = 1000;
    private static final int SEAL_ROWS = 1_000_000;
    private static final int LATE_KEYS = 10_000;
    private static final int PACED_ROWS_PER_SECOND = 100_000;

    private final Lake lake;
    private final String[] sensors = new String[SERIES];
    private long position;

    private LakeBenchmark(Lake lake) {
        this.lake = lake;
        for (int i = 0; i < SERIES; i++) {
            sensors[i] = "sensor-" + i;
        }
    }

    public static void main(String[] arguments) throws Exception {
        Path directory = Files.createTempDirectory("lake-benchmark");
        try {
            print("memory at start", residentMebibytes(), "MiB");
            long nanos = System.nanoTime();
            try (Lake lake = Lake.open(new RealDisk(), directory, LakeOptions.defaults())) {
                print("open", millisSince(nanos), "ms");
                print("memory after open", residentMebibytes(), "MiB");
                new LakeBenchmark(lake).run();
            }
        } finally {
            Directories.delete(directory);
        }
    }

    private void run() throws IOException, QueryException {
        append(1);
        long nanos = System.nanoTime();
        count();
        print("first query, which opens DuckDB", millisSince(nanos), "ms");
        print("memory after the first query", residentMebibytes(), "MiB");

        measureAppend();
        measureVisibility();

        FrozenBlock frozen = lake.freeze(position);
        nanos = System.nanoTime();
        lake.seal(frozen);
        print("seal of " + frozen.rows() + " rows", millisSince(nanos), "ms");
        print("  as Parquet, per row", (double) lake.sealedBytes() / frozen.rows(), "bytes");
        print("memory after the seal", residentMebibytes(), "MiB");
        nanos = System.nanoTime();
        count();
        print("query of one aggregate over them", millisSince(nanos), "ms");
        measureFind();
    }

    /// As fast as it goes until a million rows are there, with a query each second beside it.
    private void measureAppend() throws QueryException {
        long begin = System.nanoTime();
        append(SEAL_ROWS / 2);
        double appendMillis = millisSince(begin);
        count();
        double withQueryMillis = millisSince(begin);
        append(SEAL_ROWS / 2 - PACED_ROWS_PER_SECOND * 3 - 1);
        print(
                "append",
                SEAL_ROWS / 2 / appendMillis / 1000,
                "million rows/s (the writer's thread alone)");
        print(
                "append, and a query that sees them",
                SEAL_ROWS / 2 / withQueryMillis / 1000,
                "million rows/s");
    }

    /// Rows come at 100,000/s; each query must see all that came before it.
    private void measureVisibility() throws QueryException {
        List<Double> millis = new ArrayList<>();
        long begin = System.nanoTime();
        int appended = 0;
        while (appended < PACED_ROWS_PER_SECOND * 3) {
            append(PACED_ROWS_PER_SECOND / 10);
            appended += PACED_ROWS_PER_SECOND / 10;
            long due = begin + appended * (1_000_000_000L / PACED_ROWS_PER_SECOND);
            if (appended % PACED_ROWS_PER_SECOND == 0) {
                long asked = System.nanoTime();
                if (count() != position) {
                    throw new IllegalStateException("a query missed rows");
                }
                millis.add(millisSince(asked));
            }
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
        }
        millis.sort(Comparator.naturalOrder());
        print("appended → visible at 100,000 rows/s, worst", millis.getLast(), "ms");
    }

    private void measureFind() throws IOException {
        List<ReadingKey> present = new ArrayList<>();
        List<ReadingKey> absent = new ArrayList<>();
        List<ReadingKey> elsewhere = new ArrayList<>();
        for (int i = 0; i < LATE_KEYS; i++) {
            long row = (long) i * (SEAL_ROWS / LATE_KEYS);
            present.add(key(row, 0));
            absent.add(key(row, 1));
            elsewhere.add(new ReadingKey("new-sensor", "temperature", timestampOf(row)));
        }
        print("find, 10,000 keys, first time", findMillis(present, LATE_KEYS), "ms");
        print("find, 10,000 keys that are there", findMillis(present, LATE_KEYS), "ms");
        print("find, 10,000 keys that are not", findMillis(absent, 0), "ms");
        print("find, 10,000 keys of a sensor without data", findMillis(elsewhere, 0), "ms");
    }

    private double findMillis(List<ReadingKey> keys, int expected) throws IOException {
        long nanos = System.nanoTime();
        int found = lake.find(keys).size();
        if (found != expected) {
            throw new IllegalStateException("found " + found + " where " + expected + " are");
        }
        return millisSince(nanos);
    }

    private ReadingKey key(long row, long offsetMicros) {
        return new ReadingKey(
                sensors[(int) (row % SERIES)], "temperature", timestampOf(row) + offsetMicros);
    }

    private static long timestampOf(long row) {
        return START + row * 3_600;
    }

    private void append(int rows) {
        for (int i = 0; i < rows; i++) {
            long row = position;
            lake.appendReading(
                    ++position,
                    sensors[(int) (row % SERIES)],
                    "temperature",
                    timestampOf(row),
                    20 + (row * 7919 % 1000) / 100.0,
                    "°C",
                    "mqtt",
                    timestampOf(row) + 1000);
        }
    }

    private long count() throws QueryException {
        try (QueryResult result =
                lake.query("SELECT count(*), avg(value) FROM readings", QueryLimits.defaults())) {
            result.next();
            return (Long) java.util.Objects.requireNonNull(result.value(0));
        }
    }

    private static double millisSince(long nanos) {
        return (System.nanoTime() - nanos) / (double) TimeUnit.MILLISECONDS.toNanos(1);
    }

    private static void print(String what, double value, String unit) {
        System.out.printf(Locale.ROOT, "%-50s %10.2f %s%n", what, value, unit);
    }

    private static double residentMebibytes() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return Double.NaN;
        }
        for (String line : Files.readAllLines(status)) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
            }
        }
        return Double.NaN;
    }
}
