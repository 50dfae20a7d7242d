package io.riacho.doors.http;

import io.netty.channel.EventLoop;
import io.riacho.api.readings.Intake;
import io.riacho.http.AdmissionGate;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/// Lets requests wait for room in the intake, for a bounded time. Safe for use by many threads.
///
/// The intake is asked once for all who wait, so one that gives up leaves nothing behind there.
final class IntakeGate implements AdmissionGate {

    private final Intake intake;
    private final Duration wait;
    private final Object lock = new Object();
    private final Queue<Waiter> waiting = new ArrayDeque<>();
    private boolean asked;

    IntakeGate(Intake intake, Duration wait) {
        this.intake = intake;
        this.wait = wait;
    }

    private static final class Waiter {
        final EventLoop loop;
        final Runnable ready;
        final AtomicBoolean done = new AtomicBoolean();

        Waiter(EventLoop loop, Runnable ready) {
            this.loop = loop;
            this.ready = ready;
        }
    }

    /// Runs one of the two on the event loop: `ready` when there is room, at once if there is now;
    /// `tooLong` when there was none for the whole time.
    @Override
    public void enter(EventLoop loop, Runnable ready, Runnable tooLong) {
        AtomicBoolean now = new AtomicBoolean(true);
        Waiter waiter = new Waiter(loop, ready);
        boolean ask;
        synchronized (lock) {
            waiting.add(waiter);
            ask = !asked;
            asked = true;
        }
        if (ask) {
            // Called back at once, on this thread, when there is room: the usual case.
            intake.whenReady(() -> open(now.get() ? waiter : null));
        }
        now.set(false);
        if (!waiter.done.get()) {
            loop.schedule(
                    () -> {
                        if (waiter.done.compareAndSet(false, true)) {
                            synchronized (lock) {
                                waiting.remove(waiter);
                            }
                            tooLong.run();
                        }
                    },
                    wait.toMillis(),
                    TimeUnit.MILLISECONDS);
        }
    }

    private void open(@org.jspecify.annotations.Nullable Waiter here) {
        List<Waiter> all;
        synchronized (lock) {
            asked = false;
            all = new ArrayList<>(waiting);
            waiting.clear();
        }
        for (Waiter each : all) {
            if (each.done.compareAndSet(false, true)) {
                if (each == here) {
                    each.ready.run();
                } else {
                    each.loop.execute(each.ready);
                }
            }
        }
    }
}
