package io.riacho.field;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Takes emissions to one door on a thread of its own, and sends again what has no receipt: a
/// doubled reading does no harm, a lost one does.
///
/// Holds at most [#WAITING_MAX] emissions while the door does not answer; then the oldest are given
/// up, as a real sensor's memory would, and counted.
final class Sender implements AutoCloseable {

    static final int WAITING_MAX = 20_000;
    static final int BATCH_MAX = 1_000;
    private static final Duration CLOSE_MAX = Duration.ofSeconds(5);
    private static final long RETRY_NANOS = 500_000_000L;

    private final Door door;
    private final LongAdder stored = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder givenUp = new LongAdder();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Emission> waiting = new ArrayDeque<>();
    private boolean stopping;
    private @Nullable String trouble;
    private final Thread thread;

    Sender(Door door) {
        this.door = door;
        thread = Thread.ofVirtual().name("field-" + door.name()).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    void send(List<Emission> emissions) {
        lock.lock();
        try {
            waiting.addAll(emissions);
            while (waiting.size() > WAITING_MAX) {
                waiting.removeFirst();
                givenUp.increment();
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Readings with a receipt.
    long stored() {
        return stored.sum();
    }

    /// Readings refused with a reason.
    long refused() {
        return refused.sum();
    }

    /// Emissions that were never delivered, since there was no room to keep them.
    long givenUp() {
        return givenUp.sum();
    }

    /// Why the door cannot be used just now, or null.
    @Nullable String trouble() {
        lock.lock();
        try {
            return trouble;
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        try {
            List<Emission> batch = List.of();
            while (true) {
                if (batch.isEmpty()) {
                    batch = next();
                }
                if (batch.isEmpty()) {
                    return;
                }
                try {
                    Door.Receipts receipts = door.deliver(batch);
                    stored.add(receipts.stored());
                    refused.add(receipts.refused());
                    batch = List.of();
                    trouble(null);
                } catch (IOException e) {
                    if (!trouble(door.name() + ": " + e.getMessage())) {
                        return;
                    }
                }
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        } finally {
            door.close();
        }
    }

    /// Waits for something to send; empty when it is time to stop.
    private List<Emission> next() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (waiting.isEmpty() && !stopping) {
                changed.await();
            }
            List<Emission> batch = new ArrayList<>();
            while (!waiting.isEmpty() && batch.size() < BATCH_MAX) {
                batch.add(waiting.removeFirst());
            }
            return batch;
        } finally {
            lock.unlock();
        }
    }

    /// Notes trouble, and waits a moment before the next try.
    ///
    /// @return false when it is time to stop trying
    private boolean trouble(@Nullable String what) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            trouble = what;
            long left = what == null ? 0 : RETRY_NANOS;
            while (left > 0 && !stopping) {
                left = changed.awaitNanos(left);
            }
            return !stopping;
        } finally {
            lock.unlock();
        }
    }

    /// Delivers what waits, if the door answers, and ends.
    @Override
    public void close() {
        lock.lock();
        try {
            stopping = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (thread.getState() == Thread.State.NEW) {
            door.close();
            return;
        }
        try {
            if (!thread.join(CLOSE_MAX)) {
                thread.interrupt();
            }
        } catch (InterruptedException _) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
    }
}
