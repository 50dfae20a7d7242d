package io.riacho.lake;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The expected content of a lake, kept in a list, with statistics computed in two passes.
final class NaiveLake {

    record Row(
            long position,
            String sensor,
            String metric,
            long timestampMicros,
            double value,
            @Nullable String unit,
            String source,
            long receivedAtMicros) {

        ReadingKey key() {
            return new ReadingKey(sensor, metric, timestampMicros);
        }
    }

    record Statistics(long count, double mean, double min, double max, double variance) {

        static Statistics of(List<Row> rows) {
            double sum = 0;
            double min = Double.POSITIVE_INFINITY;
            double max = Double.NEGATIVE_INFINITY;
            for (Row row : rows) {
                sum += row.value();
                min = Math.min(min, row.value());
                max = Math.max(max, row.value());
            }
            double mean = sum / rows.size();
            double squares = 0;
            for (Row row : rows) {
                squares += (row.value() - mean) * (row.value() - mean);
            }
            return new Statistics(rows.size(), mean, min, max, squares / rows.size());
        }

        double magnitude() {
            return Math.max(Math.abs(min), Math.abs(max));
        }
    }

    private final List<Row> rows = new ArrayList<>();

    void add(Row row) {
        rows.add(row);
    }

    List<Row> rows() {
        return rows;
    }

    void appendTo(Lake lake, Row row) {
        lake.appendReading(
                row.position(),
                row.sensor(),
                row.metric(),
                row.timestampMicros(),
                row.value(),
                row.unit(),
                row.source(),
                row.receivedAtMicros());
    }

    Map<String, List<Row>> bySeries() {
        Map<String, List<Row>> groups = new TreeMap<>();
        for (Row row : rows) {
            groups.computeIfAbsent(row.sensor() + "/" + row.metric(), _ -> new ArrayList<>())
                    .add(row);
        }
        return groups;
    }

    Map<String, List<Row>> byWindow(Interval interval) {
        Map<String, List<Row>> groups = new LinkedHashMap<>();
        for (Row row : rows) {
            long start =
                    Math.floorDiv(row.timestampMicros(), interval.micros()) * interval.micros();
            groups.computeIfAbsent(
                            interval.name() + "/" + row.sensor() + "/" + row.metric() + "/" + start,
                            _ -> new ArrayList<>())
                    .add(row);
        }
        return groups;
    }
}
