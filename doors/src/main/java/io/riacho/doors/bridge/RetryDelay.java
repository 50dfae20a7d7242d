package io.riacho.doors.bridge;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// The wait before the next attempt: twice as long each time up to a limit, and of that a part
/// left to chance, so that many who lost one broker do not come back in one moment.
///
/// @param first after the first failure
/// @param longest however many there were
record RetryDelay(Duration first, Duration longest) {

    private static final int DOUBLINGS_MAX = 30;

    /// Between half and all of the time for that many failures in a row.
    ///
    /// @param failures at least 1
    Duration after(int failures, RandomGenerator random) {
        int doublings = Math.min(failures - 1, DOUBLINGS_MAX);
        long nanos =
                first.compareTo(longest.dividedBy(1L << doublings)) > 0
                        ? longest.toNanos()
                        : first.toNanos() << doublings;
        return Duration.ofNanos(nanos / 2 + random.nextLong(nanos / 2 + 1));
    }
}
