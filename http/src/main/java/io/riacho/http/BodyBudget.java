package io.riacho.http;

import java.util.concurrent.atomic.AtomicLong;

/// The memory that request bodies may take, over all connections. Safe for use by many threads.
public final class BodyBudget {

    private final long bytesMax;
    private final AtomicLong taken = new AtomicLong();

    public BodyBudget(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /// Takes so many bytes, or none.
    public boolean take(long bytes) {
        if (taken.addAndGet(bytes) > bytesMax) {
            taken.addAndGet(-bytes);
            return false;
        }
        return true;
    }

    public void giveBack(long bytes) {
        taken.addAndGet(-bytes);
    }

    public long taken() {
        return taken.get();
    }
}
