package io.riacho.pipeline.query;

import io.riacho.api.query.Queries;
import io.riacho.api.query.QueryFailedException;
import io.riacho.lake.Lake;
import io.riacho.lake.QueryException;
import io.riacho.lake.QueryLimits;
import io.riacho.lake.QueryResult;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Queries that the lake answers: sealed and unsealed rows alike.
public final class LakeQueries implements Queries {

    private final Lake lake;
    private final long rowsMax;
    private final Duration timeMax;

    public LakeQueries(Lake lake) {
        this(lake, Limits.DEFAULT.rowsMax(), Limits.DEFAULT.timeMax());
    }

    /// Queries whose answers have at most `rowsMax` rows, unless fewer are asked for, and that are
    /// cancelled after `timeMax`.
    public LakeQueries(Lake lake, long rowsMax, Duration timeMax) {
        this.lake = lake;
        this.rowsMax = rowsMax;
        this.timeMax = timeMax;
    }

    private long rows(Limits limits) {
        return limits.rowsMax() == Limits.DEFAULT.rowsMax()
                ? rowsMax
                : Math.min(limits.rowsMax(), rowsMax);
    }

    @Override
    public Rows query(String sql, Limits limits) throws QueryFailedException {
        try {
            return new LakeRows(
                    lake.query(sql, new QueryLimits(rows(limits), limits.bytesMax(), timeMax)));
        } catch (QueryException e) {
            throw failed(e);
        }
    }

    private static QueryFailedException failed(QueryException e) {
        QueryFailedException.Kind kind =
                switch (e.reason()) {
                    case REFUSED, INVALID -> QueryFailedException.Kind.INVALID;
                    case TIMEOUT -> QueryFailedException.Kind.TOO_SLOW;
                    case BUSY -> QueryFailedException.Kind.BUSY;
                    case CANCELLED, FAILED -> QueryFailedException.Kind.FAILED;
                };
        return new QueryFailedException(kind, String.valueOf(e.getMessage()), e);
    }

    private record LakeRows(QueryResult result, List<Column> columns) implements Rows {

        LakeRows(QueryResult result) {
            this(
                    result,
                    result.columns().stream()
                            .map(each -> new Column(each.name(), each.type()))
                            .toList());
        }

        @Override
        public boolean next() throws QueryFailedException {
            try {
                return result.next();
            } catch (QueryException e) {
                throw failed(e);
            }
        }

        @Override
        public @Nullable Object value(int column) {
            return result.value(column);
        }

        @Override
        public boolean truncated() {
            return result.truncated();
        }

        @Override
        public void close() {
            result.close();
        }
    }
}
