package io.riacho.testkit;

import io.riacho.api.readings.Failure;
import io.riacho.api.readings.Intake;
import io.riacho.api.readings.ReadingBatch;
import io.riacho.api.readings.Refusal;
import io.riacho.api.readings.Submission;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// An intake whose test says when its disk has synced, and when it is full.
///
/// Submissions wait until [#ackNext()] or [#ackAll()] (or are answered at once after
/// [#ackAtOnce()]); receipts are given on the thread that says so, in the order of submission, and
/// never inside a lock. Everything that was submitted stays on record in [#readings()], also what
/// failed. Safe for use by many threads.
public final class IntakeThatAcksWhenTold implements Intake {

    /// One reading as it was submitted, flattened for assertions.
    public record Received(
            String sensor, String metric, double value, long timestampMicros, String unit) {}

    private final Object lock = new Object();
    private final ArrayDeque<Submission> waiting = new ArrayDeque<>();
    private final List<Received> received = new ArrayList<>();
    private final List<Runnable> paused = new ArrayList<>();
    private Function<ReadingBatch, List<Refusal>> judge = _ -> List.of();
    private boolean full;
    private boolean atOnce;
    private int submissions;

    @Override
    public boolean submit(Submission submission) {
        boolean ready;
        boolean answer;
        synchronized (lock) {
            submissions++;
            ReadingBatch batch = submission.readings();
            for (int i = 0; i < batch.size(); i++) {
                String unit = batch.unit(i);
                received.add(
                        new Received(
                                batch.series(i).sensor(),
                                batch.series(i).metric(),
                                batch.value(i),
                                batch.timestampMicros(i),
                                unit == null ? "" : unit));
            }
            ready = !full;
            answer = atOnce;
            if (!answer) {
                waiting.add(submission);
            }
        }
        if (answer) {
            submission.complete(judged(submission));
        }
        return ready;
    }

    @Override
    public boolean isFull() {
        synchronized (lock) {
            return full;
        }
    }

    @Override
    public void whenReady(Runnable resume) {
        synchronized (lock) {
            if (full) {
                paused.add(resume);
                return;
            }
        }
        resume.run();
    }

    /// From now on every submission is durable at once, on the submitter's thread; what waits is
    /// answered first.
    public void ackAtOnce() {
        synchronized (lock) {
            atOnce = true;
        }
        ackAll();
    }

    /// The oldest waiting submission is durable.
    ///
    /// @return false when none was waiting
    public boolean ackNext() {
        Submission next;
        synchronized (lock) {
            next = waiting.poll();
        }
        if (next == null) {
            return false;
        }
        next.complete(judged(next));
        return true;
    }

    /// Everything that waits is durable.
    ///
    /// @return how many submissions were answered
    public int ackAll() {
        int answered = 0;
        while (ackNext()) {
            answered++;
        }
        return answered;
    }

    /// Everything that waits fails.
    public void failAll(Failure failure) {
        while (true) {
            Submission next;
            synchronized (lock) {
                next = waiting.poll();
            }
            if (next == null) {
                return;
            }
            next.fail(failure);
        }
    }

    /// Which readings of a batch are refused, from now on.
    public void refuseBy(Function<ReadingBatch, List<Refusal>> judge) {
        synchronized (lock) {
            this.judge = judge;
        }
    }

    /// From now on `submit` answers that the intake is full.
    public void fill() {
        synchronized (lock) {
            full = true;
        }
    }

    /// There is room again: whoever waits for it is called, on this thread.
    public void makeRoom() {
        List<Runnable> resumed;
        synchronized (lock) {
            full = false;
            resumed = List.copyOf(paused);
            paused.clear();
        }
        resumed.forEach(Runnable::run);
    }

    /// How many submissions came so far.
    public int submissions() {
        synchronized (lock) {
            return submissions;
        }
    }

    /// How many submissions wait for their receipt.
    public int waiting() {
        synchronized (lock) {
            return waiting.size();
        }
    }

    /// How many senders wait for room.
    public int paused() {
        synchronized (lock) {
            return paused.size();
        }
    }

    /// Every reading that was submitted so far, in order.
    public List<Received> readings() {
        synchronized (lock) {
            return List.copyOf(received);
        }
    }

    private List<Refusal> judged(Submission submission) {
        Function<ReadingBatch, List<Refusal>> by;
        synchronized (lock) {
            by = judge;
        }
        return by.apply(submission.readings());
    }
}
