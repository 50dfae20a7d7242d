package io.riacho.lake;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Locale;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.duckdb.DuckDBConnection;
import org.jspecify.annotations.Nullable;

/// The resources of a query while it runs: its connection, its pinned state, its place among the
/// queries and its deadline. Closing gives all of it back, once.
final class RunningQuery {

    private final DuckDBConnection connection;
    private final CatalogState state;
    private final Runnable release;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile QueryException.@Nullable Reason stopped;
    private volatile @Nullable PreparedStatement statement;
    private @Nullable ScheduledFuture<?> deadline;

    RunningQuery(DuckDBConnection connection, CatalogState state, Runnable release) {
        this.connection = connection;
        this.state = state;
        this.release = release;
    }

    DuckDBConnection connection() {
        return connection;
    }

    /// What it sees.
    CatalogState state() {
        return state;
    }

    void deadline(ScheduledFuture<?> deadline) {
        this.deadline = deadline;
    }

    void statement(PreparedStatement statement) {
        this.statement = statement;
    }

    void cancel() {
        stop(QueryException.Reason.CANCELLED);
    }

    /// Makes it fail for this reason, unless it has ended or was stopped before.
    void stop(QueryException.Reason reason) {
        if (closed.get() || stopped != null) {
            return;
        }
        stopped = reason;
        cancelStatement();
    }

    /// Stops it once more if it was stopped: between its last look whether it was and the start of its
    /// statement nothing of the engine's can be cancelled.
    void insist() {
        if (stopped != null && !closed.get()) {
            cancelStatement();
        }
    }

    private void cancelStatement() {
        PreparedStatement running = statement;
        if (running != null) {
            try {
                running.cancel();
            } catch (SQLException e) {
                // It ended in this moment.
            }
        }
    }

    void check() throws QueryException {
        QueryException.Reason reason = stopped;
        if (reason != null) {
            throw stoppedException(reason, null);
        }
        if (closed.get()) {
            throw stoppedException(QueryException.Reason.CANCELLED, null);
        }
    }

    QueryException explained(SQLException e) {
        QueryException.Reason reason = stopped;
        if (reason != null) {
            return stoppedException(reason, e);
        }
        String message = String.valueOf(e.getMessage());
        String lower = message.toLowerCase(Locale.ROOT);
        boolean engine =
                lower.startsWith("out of memory")
                        || lower.startsWith("io error")
                        || lower.startsWith("internal error")
                        || lower.startsWith("fatal error");
        return new QueryException(
                engine ? QueryException.Reason.FAILED : QueryException.Reason.INVALID, message, e);
    }

    private static QueryException stoppedException(
            QueryException.Reason reason, @Nullable Throwable cause) {
        String message =
                reason == QueryException.Reason.TIMEOUT
                        ? "the query took longer than it may; narrow it, or raise the limit"
                        : "the query was cancelled";
        return new QueryException(reason, message, cause);
    }

    void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        ScheduledFuture<?> pending = deadline;
        if (pending != null) {
            pending.cancel(false);
        }
        try (DuckDBConnection _ = connection;
                PreparedStatement _ = statement) {
            statement = null;
        } catch (SQLException e) {
            // The connection is of no use to anybody; DuckDB rolls its transaction back.
        } finally {
            release.run();
        }
    }
}
