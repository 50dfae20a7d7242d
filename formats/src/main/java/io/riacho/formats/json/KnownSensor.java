package io.riacho.formats.json;

import io.riacho.api.readings.InvalidReadingException;
import io.riacho.api.readings.Series;
import io.riacho.api.readings.SeriesTable;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A sensor that is known before its payload is read, since a topic names it. Thread-confined.
///
/// It remembers its series, so that a reading of a known one makes no strings: of the metrics the default
/// one and the [#METRICS_MAX] that came last.
public final class KnownSensor {

    static final int METRICS_MAX = 8;

    private final SeriesTable table;
    private final String sensor;
    private final byte[] sensorBytes;
    private final Series byDefault;
    private final byte[][] metrics = new byte[METRICS_MAX][];
    private final Series[] series = new Series[METRICS_MAX];
    private int metricsKnown;
    private int next;

    private KnownSensor(SeriesTable table, String sensor) throws InvalidReadingException {
        this.table = table;
        this.sensor = sensor;
        this.sensorBytes = sensor.getBytes(StandardCharsets.UTF_8);
        this.byDefault = table.series(sensor, "");
    }

    /// A sensor of this id.
    ///
    /// @throws InvalidReadingException when it is no sensor id
    public static KnownSensor of(SeriesTable table, String sensor) throws InvalidReadingException {
        return new KnownSensor(table, sensor);
    }

    public String sensor() {
        return sensor;
    }

    /// Its series of a metric; an empty one is the default.
    ///
    /// @throws InvalidReadingException when the metric is no id
    public Series series(String metric) throws InvalidReadingException {
        return metric.isEmpty() ? byDefault : table.series(sensor, metric);
    }

    /// Passes when a payload names this very sensor.
    ///
    /// @throws InvalidReadingException when it names another
    public void check(String named) throws InvalidReadingException {
        if (!named.equals(sensor)) {
            throw new InvalidReadingException(
                    "the sensor_id '"
                            + JsonReadings.quoted(named)
                            + "' is not the topic's, '"
                            + sensor
                            + "'");
        }
    }

    boolean is(byte[] bytes, int from, int to) {
        return Arrays.equals(sensorBytes, 0, sensorBytes.length, bytes, from, to);
    }

    /// As [#series(String)], of a metric in ASCII.
    Series series(byte[] bytes, int metricFrom, int metricTo) throws InvalidReadingException {
        if (metricFrom == metricTo) {
            return byDefault;
        }
        for (int i = 0; i < metricsKnown; i++) {
            if (Arrays.equals(metrics[i], 0, metrics[i].length, bytes, metricFrom, metricTo)) {
                return series[i];
            }
        }
        byte[] metric = Arrays.copyOfRange(bytes, metricFrom, metricTo);
        Series found = series(new String(metric, StandardCharsets.US_ASCII));
        metrics[next] = metric;
        series[next] = found;
        metricsKnown = Math.max(metricsKnown, next + 1);
        next = (next + 1) % METRICS_MAX;
        return found;
    }
}
