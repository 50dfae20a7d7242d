package io.riacho.lake;

import java.time.Duration;

/// The rows, bytes and time that one query may use.
///
/// @param rowsMax rows given out; the result then ends and says that it is truncated
/// @param bytesMax size of the values given out, roughly as text; ends the result likewise
/// @param timeMax from the call until the last row was taken; then the query is cancelled and the
///     reader gets a [QueryException]. It also bounds how long deleted files stay on disk
public record QueryLimits(long rowsMax, long bytesMax, Duration timeMax) {

    public QueryLimits {
        if (rowsMax < 0 || bytesMax < 0 || timeMax.isNegative() || timeMax.isZero()) {
            throw new IllegalArgumentException("query limits must be positive");
        }
    }

    /// 100,000 rows, 64 MiB, 30 s.
    public static QueryLimits defaults() {
        return new QueryLimits(100_000, 64L << 20, Duration.ofSeconds(30));
    }
}
