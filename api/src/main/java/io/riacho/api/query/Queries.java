package io.riacho.api.query;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Read-only SQL over everything that was stored. Safe for use by many threads; a call may wait, so it
/// never runs on an event loop.
public interface Queries {

    /// A column, with its type in SQL's words.
    record Column(String name, String type) {}

    /// What one query may use; whatever is beyond `rowsMax` or `bytesMax` is cut, and said to be.
    record Limits(long rowsMax, long bytesMax, Duration timeMax) {

        /// 100,000 rows, 64 MiB, 30 s.
        public static final Limits DEFAULT = new Limits(100_000, 64L << 20, Duration.ofSeconds(30));

        public Limits withRowsMax(long rows) {
            return new Limits(rows, bytesMax, timeMax);
        }
    }

    /// The rows of an answer, one after the other; closed by who asked. For one thread.
    interface Rows extends AutoCloseable {

        List<Column> columns();

        /// Goes to the next row.
        ///
        /// @return false after the last
        boolean next() throws QueryFailedException;

        /// A value of the row: null, Boolean, a Number, String, [java.time.Instant] for timestamps with a zone, or
        /// what says its text by `toString`.
        @Nullable Object value(int column);

        /// After the last row: whether there would have been more.
        boolean truncated();

        @Override
        void close();
    }

    /// Runs one SELECT.
    ///
    /// @throws QueryFailedException with the reason and whose fault it is
    Rows query(String sql, Limits limits) throws QueryFailedException;
}
