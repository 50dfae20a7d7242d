package io.riacho.lake;

import org.jspecify.annotations.Nullable;

/// A query that was not answered, with the reason: the query, a limit, or the server.
public final class QueryException extends Exception {

    private static final long serialVersionUID = 1L;

    /// Why.
    public enum Reason {
        /// Not one single `SELECT` (or `WITH`, `FROM`, `VALUES`, `DESCRIBE`, `SUMMARIZE`).
        REFUSED,
        /// The SQL is wrong, or fails on this data; the message is DuckDB's and points at the place.
        INVALID,
        /// It took longer than [QueryLimits#timeMax()].
        TIMEOUT,
        /// As many queries as allowed were running all the time that it could wait.
        BUSY,
        /// [QueryResult#cancel()] was called, or the lake was closed.
        CANCELLED,
        /// The engine could not work: out of its memory, or out of disk. Try again, or ask for less.
        FAILED
    }

    private final Reason reason;

    QueryException(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
