package io.riacho.server.intake;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// Checks ids and hands out one [Series] per (sensor id, metric). Safe for use by many threads.
///
/// Bounded: past `seriesMax` a new series is handed out without being kept, and the pipeline, which
/// counts the series that have readings, refuses it with the reason.
public final class SeriesTable {

    /// The metric of a reading that names none.
    public static final String DEFAULT_METRIC = "temperature";

    /// Bytes of UTF-8 in an id.
    public static final int ID_BYTES_MAX = 128;

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
        if (id.isEmpty()) {
            throw new InvalidReadingException("the " + what + " is empty");
        }
        int bytes = 0;
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            if (c == '/' || c == '+' || c == '#') {
                throw new InvalidReadingException("the " + what + " must not contain '" + c + "'");
            }
            if (Character.isISOControl(c)) {
                throw new InvalidReadingException(
                        "the " + what + " must not contain control characters");
            }
            if (Character.isSurrogate(c)) {
                boolean pair =
                        Character.isHighSurrogate(c)
                                && i + 1 < id.length()
                                && Character.isLowSurrogate(id.charAt(i + 1));
                if (!pair) {
                    throw new InvalidReadingException("the " + what + " is not valid Unicode");
                }
                bytes += 4;
                i++;
            } else {
                bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
            }
        }
        if (bytes > ID_BYTES_MAX) {
            throw new InvalidReadingException(
                    "the " + what + " has " + bytes + " bytes of UTF-8; at most " + ID_BYTES_MAX);
        }
    }

    /// Whether [#checkId] would let an id pass.
    public static boolean isId(String id) {
        try {
            checkId("id", id);
            return true;
        } catch (InvalidReadingException e) {
            return false;
        }
    }

    /// The id in UTF-8, for writers of formats.
    public static byte[] utf8(String id) {
        return id.getBytes(StandardCharsets.UTF_8);
    }
}
