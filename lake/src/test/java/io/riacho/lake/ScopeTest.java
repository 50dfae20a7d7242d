package io.riacho.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.riacho.disk.RealDisk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A query reads the files of the time that it asks for, and answers what it would from all of them.
class ScopeTest {

    private static final long NOW = 1_767_225_600_000_000L; // 2026-01-01T00:00:00Z
    private static final long DAY = Interval.DAY_MICROS;

    @TempDir Path directory;

    private Lake lake;

    @BeforeEach
    void tenDaysOfWhichTheLastIsNotSealed() throws Exception {
        lake = Lake.open(new RealDisk(), directory, LakeOptions.defaults());
        long position = 0;
        for (int day = 0; day < 10; day++) {
            for (int i = 0; i < 8; i++) {
                long at = NOW + day * DAY + i * (3L * Interval.HOUR_MICROS);
                lake.appendReading(++position, "s" + i % 2, "m", at, day + i, "C", "tcp", at);
                lake.appendConflict(++position, "s0", "m", at, 1, 2, "C", "tcp", at);
            }
            if (day == 8) {
                lake.seal(lake.freeze(position));
            }
        }
    }

    @AfterEach
    void close() {
        lake.close();
    }

    /// Each `@` is a time column; with a term around it, it is not recognised.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT * FROM readings WHERE sensor = 's1' AND @timestamp >= '2026-01-08'",
                "SELECT * FROM Readings r WHERE @r.timestamp > TIMESTAMPTZ '2026-01-03 12:00:00Z'"
                        + " AND @timestamp < '2026-01-05'",
                "SELECT * FROM readings WHERE @timestamp BETWEEN '2026-01-02' AND '2026-01-03'",
                "SELECT * FROM readings WHERE make_timestamptz(1767400000000000) <= @timestamp",
                "SELECT count(*) FROM readings WHERE @timestamp = '2026-01-04 03:00:00+00'",
                "SELECT * FROM readings WHERE @timestamp >= '2026-01-08'"
                        + " OR @timestamp < '2026-01-02'",
                "SELECT * FROM readings WHERE @timestamp < now() - INTERVAL 10 YEAR",
                "SELECT * FROM rollups WHERE interval = '1d' AND @window_start >= '2026-01-09'",
                "SELECT * FROM conflicts WHERE @timestamp < DATE '2026-01-02'",
                "SELECT sensor, sum(value) FROM readings WHERE @timestamp > '2026-01-07' GROUP BY 1",
                "SELECT * FROM readings WHERE @timestamp > '2026-01-09' UNION ALL"
                        + " SELECT * FROM readings WHERE @timestamp < '2026-01-02'",
                "SELECT o.d, (SELECT count(*) FROM readings r WHERE @o.d > '2026-01-05') FROM"
                        + " (SELECT max(timestamp) AS d FROM readings WHERE @timestamp > '2026-01-08') o",
                "SELECT o.n, (SELECT count(*) FROM readings WHERE o.timestamp > '2026-01-05') FROM"
                        + " (SELECT 1 AS n, TIMESTAMPTZ '2026-01-06 00:00:00Z' AS timestamp) o",
                "SELECT a.value FROM readings a JOIN readings b USING (timestamp)"
                        + " WHERE a.timestamp > '2026-01-08'",
                "WITH readings AS (SELECT 1 AS x) SELECT * FROM readings",
                "SELECT received_at AS timestamp FROM readings WHERE @timestamp > '2026-01-08'",
                "SELECT [timestamp] AS l, value, value FROM readings WHERE @timestamp > '2026-01-09'",
                "SELECT 1"
            })
    void answersAreThoseFromAllFiles(String sql) throws Exception {
        List<List<@Nullable Object>> whole =
                Queried.rows(lake, sql.replaceAll("@([a-z_.]+)", "($1 + INTERVAL 0 SECOND)"));
        assertThat(Queried.rows(lake, sql.replace("@", "")))
                .containsExactlyInAnyOrderElementsOf(whole);
    }

    @Test
    void filesOfAnotherTimeAreNotTouched() throws Exception {
        try (var files = Files.walk(directory)) {
            for (Path file :
                    files.filter(each -> each.toString().contains("2026-01-01")).toList()) {
                if (file.toString().endsWith(".parquet")) {
                    Files.delete(file);
                }
            }
        }
        assertThat(Queried.rows(lake, "SELECT * FROM readings WHERE timestamp > '2026-01-08'"))
                .isNotEmpty();
        assertThatThrownBy(() -> Queried.rows(lake, "SELECT * FROM readings"))
                .isInstanceOf(QueryException.class);
    }

    @Test
    void whatIsWrongIsSaidOfTheQueryAsItWasAsked() {
        assertThatThrownBy(() ->
                        Queried.rows(lake, "SELECT nothing FROM readings WHERE timestamp > now()"))
                .hasMessageContaining("nothing")
                .hasMessageContaining("SELECT nothing FROM readings")
                .hasMessageNotContaining("MATERIALIZED");
    }
}
