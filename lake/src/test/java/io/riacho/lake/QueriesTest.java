package io.riacho.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.riacho.disk.RealDisk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Limits and ends of queries, and the content of the views.
class QueriesTest {

    private static final long NOW = 1_767_225_600_000_000L; // 2026-01-01T00:00:00Z

    @TempDir Path directory;

    private Lake lake;

    @BeforeEach
    void open() throws Exception {
        lake = Lake.open(new RealDisk(), directory.resolve("lake"), LakeOptions.defaults());
    }

    @AfterEach
    void close() {
        lake.close();
    }

    private static void reading(Lake lake, long position, long timestampMicros, double value) {
        lake.appendReading(
                position, "s1", "temperature", timestampMicros, value, "C", "tcp", timestampMicros);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT content FROM read_text('/etc/passwd')",
                "SELECT * FROM read_csv('/etc/passwd')",
                "SELECT * FROM '/etc/passwd'",
                "SELECT * FROM glob('/etc/*')",
                "SELECT * FROM read_parquet('../../*.parquet')",
                "COPY (SELECT 1) TO 'out.csv'",
                "COPY readings TO 'out.parquet'",
                "ATTACH 'other.db'",
                "INSTALL httpfs",
                "LOAD httpfs",
                "PRAGMA database_list",
                "SET memory_limit = '10GB'",
                "SET enable_external_access = true",
                "RESET lock_configuration",
                "CREATE TABLE mine (i INTEGER)",
                "CREATE OR REPLACE VIEW readings AS SELECT 1",
                "DROP VIEW readings",
                "DELETE FROM internal.pin",
                "INSERT INTO internal.pin VALUES (true)",
                "EXPLAIN DELETE FROM internal.pin",
                "EXPLAIN ANALYZE DELETE FROM internal.pin",
                "explain /**/ analyze DELETE FROM internal.pin",
                "EXPLAIN ANALYZE SELECT 1; DELETE FROM internal.pin",
                "EXPLAIN SELECT * FROM read_text('/etc/passwd')",
                "EXPLAIN ANALYZE SELECT * FROM read_text('/etc/passwd')",
                "EXPLAIN EXPLAIN SELECT 1",
                "DROP VIEW readings; SELECT 1",
                "SELECT 1; DROP VIEW readings",
                "SELECT 1; SELECT 2",
                "BEGIN TRANSACTION",
                "COMMIT",
                "CALL pragma_version()",
                "EXPORT DATABASE 'elsewhere'",
                "CHECKPOINT",
                ""
            })
    void refusesWhatIsNotReadingTheLake(String sql) throws Exception {
        reading(lake, 1, NOW, 20);
        assertThatThrownBy(() -> Queried.rows(lake, sql))
                .isInstanceOf(QueryException.class)
                .hasMessageNotContaining("closed pending");
        assertThat(Queried.rows(lake, "SELECT count(*) FROM readings"))
                .containsExactly(List.of(1L));
        assertThat(Queried.rows(lake, "SELECT count(*) FROM internal.pin"))
                .containsExactly(List.of(0L));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "FROM readings",
                "WITH hot AS (SELECT * FROM readings WHERE value > 10) SELECT * FROM hot",
                "DESCRIBE readings",
                "SUMMARIZE readings",
                "SHOW TABLES",
                "EXPLAIN SELECT count(*) FROM readings",
                " explain  analyze\nSELECT count(*) FROM readings WHERE value > 10",
                "VALUES (1)",
                "SELECT date_trunc('hour', timestamp) FROM readings -- a comment; with a semicolon",
                "SELECT * FROM readings;"
            })
    void answersWhatOnlyReads(String sql) throws Exception {
        reading(lake, 1, NOW, 20);
        assertThat(Queried.rows(lake, sql)).isNotEmpty();
    }

    @Test
    void saysWhatIsWrongWithTheSql() {
        assertReason("SELECT nothing FROM readings", QueryException.Reason.INVALID, "nothing");
        assertReason("SELEC 1", QueryException.Reason.INVALID, "SELEC");
        assertReason("DROP VIEW readings", QueryException.Reason.REFUSED, "SELECT");
        assertReason(
                "SELECT CAST('warm' || value AS INTEGER) FROM (VALUES (1)) v(value)",
                QueryException.Reason.INVALID,
                "warm");
    }

    private void assertReason(String sql, QueryException.Reason reason, String part) {
        assertThatThrownBy(() -> Queried.rows(lake, sql))
                .hasMessageContaining(part)
                .asInstanceOf(type(QueryException.class))
                .extracting(QueryException::reason)
                .isEqualTo(reason);
    }

    @Test
    void givesNoMoreRowsAndBytesThanTheLimits() throws Exception {
        QueryLimits tenRows = new QueryLimits(10, Long.MAX_VALUE, Duration.ofSeconds(10));
        assertThat(taken("SELECT * FROM range(10)", tenRows)).isEqualTo(10);
        assertThat(taken("SELECT * FROM range(11)", tenRows)).isEqualTo(-10);
        QueryLimits thousandBytes = new QueryLimits(1000, 1000, Duration.ofSeconds(10));
        assertThat(taken("SELECT repeat('x', 100) FROM range(1000)", thousandBytes)).isEqualTo(-10);
    }

    /// Rows given, negative when truncated.
    private long taken(String sql, QueryLimits limits) throws QueryException {
        try (QueryResult result = lake.query(sql, limits)) {
            long rows = 0;
            while (result.next()) {
                rows++;
            }
            return result.truncated() ? -rows : rows;
        }
    }

    @Test
    void stopsAQueryThatTakesTooLong() throws Exception {
        QueryLimits short_ = new QueryLimits(10, 1000, Duration.ofMillis(300));
        assertThatThrownBy(() ->
                        taken(
                                "SELECT count(*) FROM range(10000000000) a, range(1000) b"
                                        + " WHERE (a.range * b.range) % 7 = 3",
                                short_))
                .asInstanceOf(type(QueryException.class))
                .extracting(QueryException::reason)
                .isEqualTo(QueryException.Reason.TIMEOUT);
        assertThat(taken("SELECT 1", QueryLimits.defaults())).isEqualTo(1);
    }

    @Test
    void aCancelledQueryEndsAndGivesItsPlaceBack() throws Exception {
        for (int i = 0; i < 10; i++) {
            try (QueryResult result =
                    lake.query("SELECT * FROM range(100000000)", QueryLimits.defaults())) {
                assertThat(result.next()).isTrue();
                result.cancel();
                assertThatThrownBy(result::next)
                        .asInstanceOf(type(QueryException.class))
                        .extracting(QueryException::reason)
                        .isEqualTo(QueryException.Reason.CANCELLED);
            }
        }
    }

    @Test
    void aFurtherQueryWaitsForAPlaceAndSaysWhenThereIsNone() throws Exception {
        List<QueryResult> open = new ArrayList<>();
        for (int i = 0; i < LakeOptions.defaults().queriesMax(); i++) {
            open.add(lake.query("SELECT 1", QueryLimits.defaults()));
        }
        assertThatThrownBy(
                        () -> lake.query("SELECT 1", new QueryLimits(1, 1, Duration.ofMillis(50))))
                .asInstanceOf(type(QueryException.class))
                .extracting(QueryException::reason)
                .isEqualTo(QueryException.Reason.BUSY);
        open.removeFirst().close();
        open.add(lake.query("SELECT 1", QueryLimits.defaults()));
        open.forEach(QueryResult::close);
    }

    @Test
    void aQueryKeepsTheFilesAndRowsThatItBeganWith() throws Exception {
        for (int i = 0; i < 5000; i++) {
            reading(lake, i, NOW + i * 1_000_000L, i);
        }
        lake.seal(lake.freeze(5000));
        reading(lake, 5001, NOW + 3 * Interval.DAY_MICROS, -1);
        try (QueryResult result =
                lake.query("SELECT value FROM readings", QueryLimits.defaults())) {
            assertThat(result.next()).isTrue();
            lake.seal(lake.freeze(5001));
            lake.compact(NOW + 9 * Interval.DAY_MICROS);
            lake.retain(new Retention(0, Long.MAX_VALUE), NOW + 2 * Interval.DAY_MICROS);
            long rows = 1;
            while (result.next()) {
                rows++;
            }
            assertThat(rows).isEqualTo(5001);
        }
        assertThat(Queried.rows(lake, "SELECT count(*) FROM readings"))
                .containsExactly(List.of(1L));
        // The next maintenance deletes what that query still held.
        lake.compact(NOW);
        try (var files = Files.walk(directory.resolve("lake/raw"))) {
            assertThat(files.filter(path -> path.toString().endsWith(".parquet"))).hasSize(1);
        }
    }

    @Test
    void valuesForQuestionMarksAndTheirTypesBack() throws Exception {
        reading(lake, 1, NOW, 20.5);
        try (QueryResult result =
                lake.query(
                        "SELECT sensor, timestamp, value, 1, true, NULL, DATE '2026-01-02', 1.5,"
                                + " [1, 2] FROM readings WHERE sensor = ? AND value > ?",
                        List.of("s1", 20.0),
                        QueryLimits.defaults())) {
            assertThat(result.columns().get(1))
                    .isEqualTo(new QueryResult.Column("timestamp", "TIMESTAMP WITH TIME ZONE"));
            assertThat(result.next()).isTrue();
            assertThat(
                            Arrays.asList(
                                    result.value(0),
                                    result.value(1),
                                    result.value(2),
                                    result.value(3),
                                    result.value(4),
                                    result.value(5),
                                    String.valueOf(result.value(6)),
                                    String.valueOf(result.value(7)),
                                    result.value(8)))
                    .containsExactly(
                            "s1",
                            Instant.parse("2026-01-01T00:00:00Z"),
                            20.5,
                            1L,
                            true,
                            null,
                            "2026-01-02",
                            "1.5",
                            "[1, 2]");
            assertThat(result.next()).isFalse();
        }
    }

    @Test
    void conflictsCommandsAndDevicesAreTheSameBeforeAndAfterASeal() throws Exception {
        lake.appendConflict(1, "s1", "temperature", NOW, 21, 20, "C", "tcp", NOW + 5);
        command(2, "c1", true, 1, "issued", NOW + 10);
        command(2, "c1", true, 1, "sent", NOW + 10);
        command(3, "c1", true, 1, "delivered", NOW + 20);
        command(4, "c2", false, 2, "issued", NOW + 30);
        lake.appendDeviceEvent(5, "pump", "online", "from gateway-1", NOW + 40);
        lake.appendDeviceEvent(6, "pump", "offline", "keep-alive", NOW + 50);
        lake.appendDeviceEvent(7, "valve", "online", "", NOW + 60);
        assertViews();
        lake.seal(lake.freeze(7));
        assertViews();
        command(8, "c2", false, 2, "expired", NOW + Interval.DAY_MICROS);
        assertThat(Queried.rows(lake, "SELECT state FROM devices WHERE device = 'pump'"))
                .containsExactly(List.of("expired"));
        assertThat(Queried.rows(lake, "SELECT count(*) FROM command_events"))
                .containsExactly(List.of(5L));
    }

    private void assertViews() throws QueryException {
        assertThat(
                        Queried.rows(
                                lake,
                                "SELECT sensor, metric, epoch_us(timestamp), value, kept_value, unit,"
                                        + " source, epoch_us(received_at) FROM conflicts"))
                .containsExactly(
                        List.of("s1", "temperature", NOW, 21.0, 20.0, "C", "tcp", NOW + 5));
        assertThat(
                        Queried.rows(
                                lake,
                                "SELECT id, device, turn_on, sequence, state, epoch_us(sent_at),"
                                        + " epoch_us(delivered_at), acknowledged_at FROM commands"
                                        + " ORDER BY id"))
                .containsExactly(
                        Arrays.asList(
                                "c1", "pump", true, 1L, "delivered", NOW + 10, NOW + 20, null),
                        Arrays.asList("c2", "pump", false, 2L, "issued", null, null, null));
        assertThat(
                        Queried.rows(
                                lake,
                                "SELECT device, command_id, turn_on, state, last_event,"
                                        + " last_event_detail FROM devices ORDER BY device"))
                .containsExactly(
                        Arrays.asList("pump", "c2", false, "issued", "offline", "keep-alive"),
                        Arrays.asList("valve", null, null, null, "online", ""));
    }

    private void command(
            long position, String id, boolean on, long sequence, String state, long atMicros) {
        lake.appendCommandEvent(
                position,
                new CommandRow(
                        id, "pump", "s1", "hot", on, 26.5, sequence, state, atMicros, NOW,
                        NOW + 99));
    }

    @Test
    void queriesWhileRowsComeSeeAPrefixOfThem() throws Exception {
        int rows = 300_000;
        Semaphore turns = new Semaphore(1);
        Thread writer =
                Thread.ofPlatform()
                        .start(() -> {
                            for (int i = 0; i < rows; i++) {
                                if (i % 20_000 == 0) {
                                    turns.acquireUninterruptibly();
                                }
                                reading(lake, i, NOW + i, i);
                            }
                        });
        long seen = 0;
        while (seen < rows) {
            List<?> row =
                    Queried.rows(
                                    lake,
                                    "SELECT count(*), coalesce(max(value), -1)::BIGINT FROM readings")
                            .getFirst();
            long count = (Long) row.get(0);
            assertThat(count).isGreaterThanOrEqualTo(seen);
            assertThat(row.get(1)).isEqualTo(count - 1);
            seen = count;
            turns.release();
        }
        writer.join();
    }

    @Test
    void aBackfillOverManyHoursIsSealedWithOneFileEach() throws Exception {
        Random random = new Random(7);
        for (int i = 0; i < 2000; i++) {
            reading(lake, i, NOW - i * Interval.HOUR_MICROS / 10, random.nextGaussian());
        }
        lake.seal(lake.freeze(2000));
        try (var files = Files.walk(directory.resolve("lake/raw"))) {
            assertThat(files.filter(path -> path.toString().endsWith(".parquet"))).hasSize(201);
        }
        assertThat(Queried.rows(lake, "SELECT count(*), count(DISTINCT timestamp) FROM readings"))
                .containsExactly(List.of(2000L, 2000L));
    }

    @Test
    void theLimitOfUnsealedBytesIsForWhoAsks() throws Exception {
        LakeOptions small = LakeOptions.defaults().withUnsealedBytesMax(4096);
        try (Lake other = Lake.open(new RealDisk(), directory.resolve("small"), small)) {
            long position = 0;
            while (other.hasRoom()) {
                reading(other, ++position, NOW + position, 1);
            }
            assertThat(other.unsealedBytes()).isBetween(4096L, 4096L + 100);
            // The rest of the entry that crossed it.
            reading(other, position, NOW - 1, 1);
            other.seal(other.freeze(position));
            assertThat(Queried.rows(other, "SELECT count(*) FROM readings"))
                    .containsExactly(List.of(position + 1));
            assertThat(other.unsealedRows()).isZero();
            assertThat(other.hasRoom()).isTrue();
        }
    }

    @Test
    void aCompactionGoesInSlicesAndASealMayComeBetween() throws Exception {
        long hours = 100;
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < hours; i++) {
                long position = round * hours + i;
                reading(lake, position, NOW + i * Interval.HOUR_MICROS + round, 1);
            }
            lake.seal(lake.freeze((round + 1) * hours - 1));
        }
        long later = NOW + 30 * Interval.DAY_MICROS;
        assertThat(lake.compact(later)).isEqualTo(16);
        reading(lake, 2 * hours, NOW, 2);
        lake.seal(lake.freeze(2 * hours));
        int partitions = 16;
        int merged;
        do {
            merged = lake.compact(later);
            assertThat(merged).isBetween(0, 16);
            partitions += merged;
        } while (merged > 0);
        assertThat(partitions).isBetween(120, 130);
        assertThat(lake.sealedFiles()).isEqualTo(100 + 4 * 5);
        assertThat(Queried.rows(lake, "SELECT count(*) FROM readings"))
                .containsExactly(List.of(2 * hours + 1));
    }

    @Test
    void whatTheEngineMaySpillDoesNotDependOnHowFullTheDiskWas() throws Exception {
        assertThat(Queried.rows(lake, "SELECT current_setting('max_temp_directory_size')"))
                .containsExactly(List.of("4.0 GiB"));
    }

    @Test
    void retentionSaysWhatItRemoved() throws Exception {
        reading(lake, 1, NOW, 1);
        reading(lake, 2, NOW + Interval.DAY_MICROS, 1);
        reading(lake, 3, NOW + 2 * Interval.DAY_MICROS, 1);
        lake.seal(lake.freeze(3));
        long before = lake.sealedBytes();
        assertThat(lake.retain(new Retention(0, Long.MAX_VALUE), NOW + 2 * Interval.DAY_MICROS + 1))
                .isEqualTo(2);
        assertThat(lake.removed().days()).isEqualTo(2);
        assertThat(lake.removed().readings()).isEqualTo(2);
        assertThat(lake.removed().bytes()).isBetween(1L, before);
    }

    @Test
    void anEmptyBlockMovesTheSealedPositionOnly() throws Exception {
        lake.seal(lake.freeze(41));
        assertThat(lake.sealedPosition()).isEqualTo(41);
        assertThat(lake.sealedFiles()).isZero();
        lake.close();
        lake = Lake.open(new RealDisk(), directory.resolve("lake"), LakeOptions.defaults());
        reading(lake, 41, NOW, 1);
        reading(lake, 42, NOW + 1, 1);
        assertThat(lake.unsealedRows()).isEqualTo(1);
    }

    @Test
    void otherRollupIntervalsAreRefusedByName() throws Exception {
        lake.close();
        assertThatThrownBy(() ->
                        Lake.open(
                                new RealDisk(),
                                directory.resolve("lake"),
                                LakeOptions.defaults()
                                        .withIntervals(List.of(Interval.parse("5m")))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("15m")
                .hasMessageContaining("5m");
    }
}
