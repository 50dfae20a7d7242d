package io.riacho.pipeline.stages;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Lets one thread sleep until somebody has work for it. Signals from any thread; a signal that
/// comes between the look for work and the sleep is not lost.
public final class Wakeup {

    /// A sleeper looks again after this long, whatever was signalled.
    private static final long SLEEP_NANOS_MAX = TimeUnit.MILLISECONDS.toNanos(100);

    private volatile boolean signalled;
    private volatile @Nullable Thread sleeper;

    public void signal() {
        signalled = true;
        Thread thread = sleeper;
        if (thread != null) {
            LockSupport.unpark(thread);
        }
    }

    /// Call before looking for work, so that what is signalled from here on wakes the next [#await].
    public void arm() {
        signalled = false;
    }

    public void await() {
        sleeper = Thread.currentThread();
        if (!signalled) {
            LockSupport.parkNanos(this, SLEEP_NANOS_MAX);
        }
        sleeper = null;
    }
}
