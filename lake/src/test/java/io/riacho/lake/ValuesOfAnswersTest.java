package io.riacho.lake;

import static org.assertj.core.api.Assertions.assertThat;

import io.riacho.disk.RealDisk;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Whatever a result holds, an answer comes, and it says what the value is.
class ValuesOfAnswersTest {

    @TempDir Path directory;

    static Stream<Arguments> values() {
        return Stream.of(
                Arguments.of("0.1::FLOAT", 0.1),
                Arguments.of("'nan'::FLOAT", Double.NaN),
                Arguments.of("1e308 * 10", Double.POSITIVE_INFINITY),
                Arguments.of("'infinity'::TIMESTAMPTZ", "infinity"),
                Arguments.of("'-infinity'::TIMESTAMPTZ", "-infinity"),
                Arguments.of("'infinity'::TIMESTAMP", "infinity"),
                Arguments.of("'-infinity'::TIMESTAMP_S", "-infinity"),
                Arguments.of("'infinity'::DATE", "infinity"),
                Arguments.of("'-infinity'::DATE", "-infinity"),
                Arguments.of(
                        "'2026-03-08 07:30:00+00'::TIMESTAMPTZ",
                        Instant.parse("2026-03-08T07:30:00Z")),
                Arguments.of(
                        "'2026-03-08 07:30:00+00'::TIMESTAMPTZ AT TIME ZONE 'America/Sao_Paulo'",
                        "2026-03-08T04:30:00"),
                Arguments.of(
                        "make_timestamptz(9223372036854775806)",
                        Instant.parse("+294247-01-10T04:00:54.775806Z")),
                Arguments.of("'2026-03-08 07:30:00.5'::TIMESTAMP_MS", "2026-03-08T07:30:00.5"),
                Arguments.of("'2026-03-08 07:30:00'::TIMESTAMP_S", "2026-03-08T07:30:00"),
                Arguments.of(
                        "'2026-03-08 07:30:00.123456789'::TIMESTAMP_NS",
                        "2026-03-08T07:30:00.123456789"),
                Arguments.of("DATE '2026-03-08'", LocalDate.of(2026, 3, 8)),
                Arguments.of("TIME '24:00:00'", "24:00:00"),
                Arguments.of("'07:30:00+01'::TIMETZ", "07:30:00+01"),
                Arguments.of("INTERVAL 1 MONTH", "1 month"),
                Arguments.of("'\\x00\\xFFab'::BLOB", "\\x00\\xFFab"),
                Arguments.of("[1, NULL, 3]", "[1, NULL, 3]"),
                Arguments.of(
                        "['2026-03-08 07:30:00+00'::TIMESTAMPTZ]", "['2026-03-08 07:30:00+00']"),
                Arguments.of("{'a': 1, 'b': [true]}", "{'a': 1, 'b': [true]}"),
                Arguments.of("MAP {'k': 1.5}", "{k=1.5}"),
                Arguments.of("'\\x01'::BLOB::BIT", "00000001"),
                Arguments.of("union_value(n := 5)", "5"),
                Arguments.of("[1, 2]::INTEGER[2]", "[1, 2]"),
                Arguments.of(
                        "'00000000-0000-0000-0000-000000000001'::UUID",
                        "00000000-0000-0000-0000-000000000001"),
                Arguments.of("'{\"a\": 1}'::JSON", "{\"a\": 1}"),
                Arguments.of("'x'::ENUM('x', 'y')", "x"),
                Arguments.of("NULL::BLOB", null),
                Arguments.of("NULL", null));
    }

    @ParameterizedTest
    @MethodSource("values")
    void areWhatTheySay(String sql, @Nullable Object expected) throws Exception {
        try (Lake lake = Lake.open(new RealDisk(), directory, LakeOptions.defaults())) {
            assertThat(Queried.rows(lake, "SELECT " + sql).getFirst().getFirst())
                    .isEqualTo(expected);
            // Beside others, with a name that comes twice, a comment, and a semicolon.
            List<@Nullable Object> row =
                    Queried.rows(
                                    lake,
                                    "SELECT "
                                            + sql
                                            + " AS v, 7 AS v, {'x': 1} AS \"a \"\"name\" FROM"
                                            + " range(3) t(i) ORDER BY i; -- a comment")
                            .getLast();
            assertThat(row.getFirst()).isEqualTo(expected);
            assertThat(row.get(1)).isEqualTo(7L);
            assertThat(row.get(2)).isEqualTo("{'x': 1}");
        }
    }

    @Test
    void nameAndTypeOfAColumnAreThoseOfTheQuery() throws Exception {
        try (Lake lake = Lake.open(new RealDisk(), directory, LakeOptions.defaults());
                QueryResult result =
                        lake.query(
                                "SELECT [i] AS list, i AS \"i\", 'x'::BLOB AS \"a b\" FROM range(5) t(i)"
                                        + " WHERE i > ? ORDER BY i DESC",
                                List.of(2),
                                QueryLimits.defaults())) {
            assertThat(result.columns())
                    .containsExactly(
                            new QueryResult.Column("list", "BIGINT[]"),
                            new QueryResult.Column("i", "BIGINT"),
                            new QueryResult.Column("a b", "BLOB"));
            assertThat(result.next()).isTrue();
            assertThat(result.value(0)).isEqualTo("[4]");
            assertThat(result.next()).isTrue();
            assertThat(result.value(1)).isEqualTo(3L);
            assertThat(result.next()).isFalse();
        }
    }
}
