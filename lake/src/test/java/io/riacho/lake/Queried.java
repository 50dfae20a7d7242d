package io.riacho.lake;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.jspecify.annotations.Nullable;

/// Queries for tests, and the comparisons with [NaiveLake] that all of them share.
final class Queried {

    private Queried() {}

    static List<List<@Nullable Object>> rows(Lake lake, String sql) throws QueryException {
        try (QueryResult result = lake.query(sql, QueryLimits.defaults())) {
            List<List<@Nullable Object>> rows = new ArrayList<>();
            while (result.next()) {
                List<@Nullable Object> row = new ArrayList<>();
                for (int i = 0; i < result.columns().size(); i++) {
                    row.add(result.value(i));
                }
                rows.add(row);
            }
            assertThat(result.truncated()).isFalse();
            return rows;
        }
    }

    static long micros(@Nullable Object instant) {
        assertThat(instant).isInstanceOf(Instant.class);
        return ChronoUnit.MICROS.between(Instant.EPOCH, (Instant) instant);
    }

    /// Every row of `readings`, with its sources and times, is one of the naive lake's, and vice versa.
    static void assertSameReadings(Lake lake, NaiveLake naive) throws QueryException {
        List<String> found = new ArrayList<>();
        for (List<@Nullable Object> row :
                rows(
                        lake,
                        "SELECT sensor, metric, timestamp, value, unit, source, received_at FROM"
                                + " readings")) {
            found.add(
                    row.get(0)
                            + " "
                            + row.get(1)
                            + " "
                            + micros(row.get(2))
                            + " "
                            + row.get(3)
                            + " "
                            + row.get(4)
                            + " "
                            + row.get(5)
                            + " "
                            + micros(row.get(6)));
        }
        List<String> expected = new ArrayList<>();
        for (NaiveLake.Row row : naive.rows()) {
            expected.add(
                    row.sensor()
                            + " "
                            + row.metric()
                            + " "
                            + row.timestampMicros()
                            + " "
                            + row.value()
                            + " "
                            + row.unit()
                            + " "
                            + row.source()
                            + " "
                            + row.receivedAtMicros());
        }
        assertThat(found).containsExactlyInAnyOrderElementsOf(expected);
    }

    /// `rollups` is what recomputing it from all readings gives (invariant 4).
    static void assertSameRollups(Lake lake, NaiveLake naive, List<Interval> intervals)
            throws QueryException {
        Map<String, List<@Nullable Object>> found = new HashMap<>();
        for (List<@Nullable Object> row :
                rows(
                        lake,
                        "SELECT interval || '/' || sensor || '/' || metric || '/' ||"
                                + " epoch_us(window_start), count, mean, min, max, variance, stddev"
                                + " FROM rollups")) {
            assertThat(found.put(String.valueOf(row.get(0)), row)).isNull();
        }
        int expected = 0;
        for (Interval interval : intervals) {
            for (Map.Entry<String, List<NaiveLake.Row>> window :
                    naive.byWindow(interval).entrySet()) {
                List<@Nullable Object> row = found.get(window.getKey());
                assertThat(row).as(window.getKey()).isNotNull();
                assertStatistics(
                        window.getKey(),
                        row == null ? List.of() : row,
                        NaiveLake.Statistics.of(window.getValue()));
                expected++;
            }
        }
        assertThat(found).hasSize(expected);
    }

    /// `series` is what recomputing it from all readings gives (invariant 3).
    static void assertSameSeries(Lake lake, NaiveLake naive) throws QueryException {
        List<List<@Nullable Object>> found =
                rows(
                        lake,
                        "SELECT sensor || '/' || metric, count, mean, min, max, variance,"
                                + " sqrt(variance), first_timestamp, last_timestamp FROM series");
        Map<String, List<NaiveLake.Row>> expected = naive.bySeries();
        assertThat(found).hasSize(expected.size());
        for (List<@Nullable Object> row : found) {
            String name = String.valueOf(row.get(0));
            List<NaiveLake.Row> rows = expected.getOrDefault(name, List.of());
            assertThat(rows).as(name).isNotEmpty();
            assertStatistics(name, row, NaiveLake.Statistics.of(rows));
            assertThat(micros(row.get(7)))
                    .isEqualTo(
                            rows.stream()
                                    .mapToLong(NaiveLake.Row::timestampMicros)
                                    .min()
                                    .getAsLong());
            assertThat(micros(row.get(8)))
                    .isEqualTo(
                            rows.stream()
                                    .mapToLong(NaiveLake.Row::timestampMicros)
                                    .max()
                                    .getAsLong());
        }
    }

    private static void assertStatistics(
            String name, List<@Nullable Object> row, NaiveLake.Statistics expected) {
        double magnitude = expected.magnitude();
        assertThat(row.get(1)).as(name).isEqualTo(expected.count());
        assertThat((Double) row.get(2))
                .as(name)
                .isCloseTo(expected.mean(), Offset.offset(1e-9 * magnitude));
        assertThat(row.get(3)).as(name).isEqualTo(expected.min());
        assertThat(row.get(4)).as(name).isEqualTo(expected.max());
        assertThat((Double) row.get(5))
                .as(name)
                .isCloseTo(expected.variance(), Offset.offset(1e-9 * magnitude * magnitude));
        assertThat((Double) row.get(6)).as(name).isEqualTo(Math.sqrt((Double) row.get(5)));
    }
}
