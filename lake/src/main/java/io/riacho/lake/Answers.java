package io.riacho.lake;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/// The values of an answer, past the driver's own conversions.
///
/// The driver makes objects of timestamps by the zone of this process, which shifts them near each
/// change of its clocks, and some values (an infinite timestamp, 24:00) it cannot make objects of
/// at all. So timestamps are read as the microseconds that they are, and columns of types that have
/// no plain counterpart in Java are asked for as text, which DuckDB writes, in UTC.
final class Answers {

    private static final String TIMESTAMPTZ = "TIMESTAMP WITH TIME ZONE";

    private static final String INFINITY = "infinity";

    private Answers() {}

    static List<QueryResult.Column> columns(ResultSetMetaData metadata) throws SQLException {
        List<QueryResult.Column> columns = new ArrayList<>();
        for (int i = 1; i <= metadata.getColumnCount(); i++) {
            columns.add(
                    new QueryResult.Column(
                            metadata.getColumnLabel(i), metadata.getColumnTypeName(i)));
        }
        return List.copyOf(columns);
    }

    /// The query with those columns as text that need it; null if none does.
    static @Nullable String asText(
            DuckDBConnection connection, String sql, List<QueryResult.Column> columns)
            throws SQLException {
        if (columns.stream().allMatch(column -> isPlain(column.type()))) {
            return null;
        }
        String query = canonical(connection, sql);
        if (query == null) {
            return null;
        }
        StringBuilder select = new StringBuilder("SELECT ");
        StringBuilder names = new StringBuilder();
        for (int i = 0; i < columns.size(); i++) {
            String comma = i == 0 ? "" : ", ";
            String name = "c" + i;
            names.append(comma).append(name);
            String type = columns.get(i).type();
            select.append(comma);
            if (isPlain(type)) {
                select.append(name);
            } else if (type.startsWith("TIMESTAMP_") && !type.endsWith("]")) {
                select.append("replace(").append(name).append("::VARCHAR, ' ', 'T')");
            } else {
                select.append(name).append("::VARCHAR");
            }
        }
        return select.append(" FROM (")
                .append(query)
                .append(") AS answer(")
                .append(names)
                .append(')')
                .toString();
    }

    /// The query without comments and semicolons, so that it fits into another.
    private static @Nullable String canonical(DuckDBConnection connection, String sql)
            throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT json_deserialize_sql(json_serialize_sql(?::VARCHAR))")) {
            statement.setString(1, sql);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getString(1);
            }
        }
    }

    private static boolean isPlain(String type) {
        return switch (type) {
            case "BOOLEAN",
                    "TINYINT",
                    "SMALLINT",
                    "INTEGER",
                    "BIGINT",
                    "HUGEINT",
                    "UTINYINT",
                    "USMALLINT",
                    "UINTEGER",
                    "UBIGINT",
                    "UHUGEINT",
                    "FLOAT",
                    "DOUBLE",
                    "VARCHAR",
                    "DATE",
                    "TIMESTAMP",
                    TIMESTAMPTZ,
                    "UUID" ->
                    true;
            default -> type.startsWith("DECIMAL");
        };
    }

    /// The value in the current row of a column, from 1, of a type.
    static @Nullable Object value(ResultSet rows, int column, String type) throws SQLException {
        return switch (type) {
            case TIMESTAMPTZ, "TIMESTAMP" -> {
                long micros = rows.getLong(column);
                yield rows.wasNull() ? null : timestamp(micros, type.equals(TIMESTAMPTZ));
            }
            case "VARCHAR" -> rows.getString(column);
            default -> plain(rows.getObject(column));
        };
    }

    private static Object timestamp(long micros, boolean zoned) {
        if (micros == Long.MAX_VALUE) {
            return INFINITY;
        }
        if (micros == -Long.MAX_VALUE) {
            return "-" + INFINITY;
        }
        Instant instant = Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
        return zoned
                ? instant
                : LocalDateTime.ofInstant(instant, ZoneOffset.UTC)
                        .format(DateTimeFormatter.ISO_LOCAL_DATE_TIME);
    }

    private static @Nullable Object plain(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case Boolean same -> same;
            case Long same -> same;
            case Integer number -> (long) number;
            case Short number -> (long) number;
            case Byte number -> (long) number;
            case BigInteger same -> same;
            case BigDecimal same -> same;
            case Double same -> same;
            // 0.1, which is what its digits say, and not 0.10000000149011612.
            case Float number -> Double.parseDouble(number.toString());
            case String same -> same;
            case LocalDate date -> date(date);
            default -> value.toString();
        };
    }

    private static Object date(LocalDate date) {
        if (date.toEpochDay() == Integer.MAX_VALUE) {
            return INFINITY;
        }
        return date.toEpochDay() == -Integer.MAX_VALUE ? "-" + INFINITY : date;
    }

    /// A parameter as the driver takes it without a look at this process's zone.
    static @Nullable Object bound(@Nullable Object parameter) {
        return switch (parameter) {
            case Instant instant -> instant.atOffset(ZoneOffset.UTC);
            case OffsetDateTime time -> time.withOffsetSameInstant(ZoneOffset.UTC);
            case ZonedDateTime time -> time.toInstant().atOffset(ZoneOffset.UTC);
            case null, default -> parameter;
        };
    }
}
