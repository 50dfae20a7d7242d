package io.riacho.api.readings;

import io.riacho.core.model.Ids;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// Checks ids and hands out one [Series] per (sensor id, metric). Safe for use by many threads.
///
/// Bounded: past `seriesMax` a new series is handed out without being kept, and the pipeline, which
/// counts the series that have readings, refuses it with the reason.
public final class SeriesTable {

    /// The metric of a reading that names none.
    public static final String DEFAULT_METRIC = Ids.DEFAULT_METRIC;

    /// Bytes of UTF-8 in an id.
    public static final int ID_BYTES_MAX = Ids.BYTES_MAX;

    private final int seriesMax;
    private final ConcurrentHashMap<String, ConcurrentHashMap<String, Series>> bySensor =
            new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();

    public SeriesTable(int seriesMax) {
        this.seriesMax = seriesMax;
    }

    /// The most series that may have readings.
    public int seriesMax() {
        return seriesMax;
    }

    /// The series of a sensor id and a metric; an empty metric is [#DEFAULT_METRIC].
    ///
    /// @throws InvalidReadingException when an id is not 1–128 bytes of UTF-8 without `/`, `+`, `#`
    ///     and control characters
    public Series series(String sensor, String metric) throws InvalidReadingException {
        String name = metric.isEmpty() ? DEFAULT_METRIC : metric;
        ConcurrentHashMap<String, Series> metrics = bySensor.get(sensor);
        if (metrics != null) {
            Series known = metrics.get(name);
            if (known != null) {
                return known;
            }
        }
        checkId("sensor id", sensor);
        checkId("metric", name);
        if (count.get() >= seriesMax) {
            return new Series(sensor, name);
        }
        return bySensor.computeIfAbsent(sensor, _ -> new ConcurrentHashMap<>(4))
                .computeIfAbsent(
                        name,
                        _ -> {
                            count.incrementAndGet();
                            return new Series(sensor, name);
                        });
    }

    /// Says what is wrong with an id, by throwing, or returns.
    public static void checkId(String what, String id) throws InvalidReadingException {
        String problem = Ids.problem(what, id);
        if (problem != null) {
            throw new InvalidReadingException(problem);
        }
    }

    /// Whether [#checkId] would let an id pass.
    public static boolean isId(String id) {
        return Ids.problem("id", id) == null;
    }

    /// The id in UTF-8, for writers of formats.
    public static byte[] utf8(String id) {
        return id.getBytes(StandardCharsets.UTF_8);
    }
}
