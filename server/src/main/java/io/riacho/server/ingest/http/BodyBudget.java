package io.riacho.server.ingest.http;

import java.util.concurrent.atomic.AtomicLong;

/// The memory that request bodies may take, over all connections. Safe for use by many threads.
final class BodyBudget {

    private final long bytesMax;
    private final AtomicLong taken = new AtomicLong();

    BodyBudget(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /// Takes so many bytes, or none.
    boolean take(long bytes) {
        if (taken.addAndGet(bytes) > bytesMax) {
            taken.addAndGet(-bytes);
            return false;
        }
        return true;
    }

    void giveBack(long bytes) {
        taken.addAndGet(-bytes);
    }

    long taken() {
        return taken.get();
    }
}
