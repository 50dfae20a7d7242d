package io.riacho.lake;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Date;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The answer to a query, a row at a time, while DuckDB is still computing.
///
/// Used by one thread, except [#cancel()]. It must be closed: until then it holds one of the places
/// for queries and keeps deleted files on disk, at most for [QueryLimits#timeMax()].
public final class QueryResult implements AutoCloseable {

    /// A column, with its type in DuckDB's words, such as `DOUBLE`.
    public record Column(String name, String type) {}

    private final RunningQuery query;
    private final ResultSet rows;
    private final QueryLimits limits;
    private final List<Column> columns;
    private final @Nullable Object[] values;

    private long rowsGiven;
    private long bytesGiven;
    private boolean truncated;
    private boolean ended;

    QueryResult(RunningQuery query, ResultSet rows, QueryLimits limits) throws SQLException {
        this.query = query;
        this.rows = rows;
        this.limits = limits;
        ResultSetMetaData metadata = rows.getMetaData();
        List<Column> named = new ArrayList<>();
        for (int i = 1; i <= metadata.getColumnCount(); i++) {
            named.add(new Column(metadata.getColumnLabel(i), metadata.getColumnTypeName(i)));
        }
        this.columns = List.copyOf(named);
        this.values = new Object[columns.size()];
    }

    public List<Column> columns() {
        return columns;
    }

    /// Goes to the next row; false at the end, or when a limit is reached ([#truncated()]).
    ///
    /// @throws QueryException if the query fails, takes too long or is cancelled
    public boolean next() throws QueryException {
        if (ended) {
            return false;
        }
        query.check();
        try {
            if (!rows.next()) {
                ended = true;
                return false;
            }
            if (rowsGiven == limits.rowsMax() || bytesGiven >= limits.bytesMax()) {
                truncated = true;
                ended = true;
                return false;
            }
            for (int i = 0; i < values.length; i++) {
                values[i] = plain(rows.getObject(i + 1));
                bytesGiven += values[i] instanceof String text ? text.length() : 8;
            }
            rowsGiven++;
            return true;
        } catch (SQLException e) {
            throw query.explained(e);
        }
    }

    /// A value of the current row, by its column from 0: null, [Boolean], [Long], [BigInteger],
    /// [BigDecimal], [Double], [String], [Instant] for timestamps (those without a zone are UTC),
    /// [LocalDate]; everything else (lists, structs, intervals) as DuckDB writes it in text.
    public @Nullable Object value(int column) {
        return values[column];
    }

    /// Whether there were more rows than the limits allow. Known once [#next()] returned false.
    public boolean truncated() {
        return truncated;
    }

    /// Stops the query; the next [#next()] throws. From any thread.
    public void cancel() {
        query.cancel();
    }

    @Override
    public void close() {
        ended = true;
        query.close();
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
            case Float number -> (double) number;
            case String same -> same;
            case OffsetDateTime time -> time.toInstant();
            case LocalDateTime time -> time.toInstant(ZoneOffset.UTC);
            case Timestamp time -> time.toLocalDateTime().toInstant(ZoneOffset.UTC);
            case LocalDate same -> same;
            case Date date -> date.toLocalDate();
            default -> value.toString();
        };
    }
}
