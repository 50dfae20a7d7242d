package io.riacho.doors.tcp;

import java.util.concurrent.atomic.AtomicLong;

/// Counts, over all connections, the bytes of answers that clients have not taken. Safe for use by
/// many threads.
final class UnreadAnswers {

    private final long bytesMax;
    private final AtomicLong bytes = new AtomicLong();

    UnreadAnswers(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /// Adds, or takes away.
    ///
    /// @return whether there are now more than may be
    boolean change(long by) {
        return (by == 0 ? bytes.get() : bytes.addAndGet(by)) > bytesMax;
    }

    long bytes() {
        return bytes.get();
    }
}
