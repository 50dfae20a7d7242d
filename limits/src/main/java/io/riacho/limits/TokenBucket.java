package io.riacho.limits;

import java.time.Duration;

/// A [token bucket](https://en.wikipedia.org/wiki/Token_bucket): lets `capacity` through at once, and one more
/// for each `interval` that passed since.
///
/// It is full at first. Time comes in by its methods, from a clock of any origin; when it goes back, nothing
/// is added until it is where it was. In whole nanoseconds, so that nothing is lost to rounding however often
/// it is asked. Safe for use by many threads.
public final class TokenBucket {

    private final long intervalNanos;
    private final long fullNanos;

    /// A token is one interval of it. Guarded by this, as the next.
    private long savedNanos;

    private long lastNanos;
    private boolean used;

    /// @param capacity tokens at most, at least 1
    /// @param interval in which one is added, positive; both together at most 292 years
    public TokenBucket(int capacity, Duration interval) {
        if (capacity < 1 || !interval.isPositive()) {
            throw new IllegalArgumentException(
                    "a bucket of " + capacity + " tokens, one each " + interval);
        }
        intervalNanos = interval.toNanos();
        fullNanos = Math.multiplyExact(capacity, intervalNanos);
        savedNanos = fullNanos;
    }

    /// Takes a token.
    ///
    /// @return false when there is none
    public synchronized boolean tryTake(long nowNanos) {
        refill(nowNanos);
        if (savedNanos < intervalNanos) {
            return false;
        }
        savedNanos -= intervalNanos;
        return true;
    }

    /// Whether it is as it was at first, and may be forgotten.
    public synchronized boolean isFull(long nowNanos) {
        refill(nowNanos);
        return savedNanos == fullNanos;
    }

    private void refill(long nowNanos) {
        if (!used) {
            used = true;
            lastNanos = nowNanos;
            return;
        }
        long passed = nowNanos - lastNanos;
        if (passed > 0) {
            savedNanos = passed >= fullNanos - savedNanos ? fullNanos : savedNanos + passed;
            lastNanos = nowNanos;
        }
    }
}
