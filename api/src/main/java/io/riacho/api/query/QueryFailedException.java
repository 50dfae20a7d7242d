package io.riacho.api.query;

/// Thrown by a query that has no answer; the message is for its sender.
public final class QueryFailedException extends Exception {

    private static final long serialVersionUID = 1L;

    /// Whose fault it is, so that a door can choose its code.
    public enum Kind {
        /// The SQL is wrong, or more than reading.
        INVALID,
        /// It took longer than it may; ask for less.
        TOO_SLOW,
        /// Too many queries run already; try again.
        BUSY,
        /// The store could not answer.
        FAILED
    }

    private final Kind kind;

    public QueryFailedException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public QueryFailedException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
