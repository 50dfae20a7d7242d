package io.riacho.lake;

import java.sql.ResultSet;
import java.sql.SQLException;
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

    QueryResult(RunningQuery query, ResultSet rows, List<Column> columns, QueryLimits limits) {
        this.query = query;
        this.rows = rows;
        this.limits = limits;
        this.columns = columns;
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
                values[i] = Answers.value(rows, i + 1, columns.get(i).type());
                bytesGiven += values[i] instanceof String text ? text.length() : 8;
            }
            rowsGiven++;
            return true;
        } catch (SQLException e) {
            throw query.explained(e);
        }
    }

    /// A value of the current row, by its column from 0: null, [Boolean], [Long], [BigInteger],
    /// [BigDecimal], [Double], [String], [Instant] for timestamps, [LocalDate]; everything else as DuckDB
    /// writes it in text: lists, structs, intervals, bytes, timestamps without a zone (these with a `T`
    /// between day and time), and `infinity`.
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
}
