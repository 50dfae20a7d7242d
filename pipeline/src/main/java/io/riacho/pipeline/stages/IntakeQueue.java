package io.riacho.pipeline.stages;

import io.riacho.api.readings.Failure;
import io.riacho.api.readings.Intake;
import io.riacho.api.readings.Submission;
import io.riacho.pipeline.state.sessions.SessionLog;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jctools.queues.MpscUnboundedArrayQueue;
import org.jspecify.annotations.Nullable;

/// The intake as a queue of submissions, bounded by the bytes of those that are not answered yet.
///
/// `bytesMax` is where doors are told to stop reading; each may have one more message under way, so
/// what is held is at most that plus one message per connection. Doors go on when half of it is free.
public final class IntakeQueue implements Intake, SessionLog.Bound {

    private static final int CHUNK = 1024;

    private final long bytesMax;
    private final Wakeup journalWakeup;
    private final MpscUnboundedArrayQueue<Submission> queue = new MpscUnboundedArrayQueue<>(CHUNK);
    private final ConcurrentLinkedQueue<Runnable> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicLong bytesHeld = new AtomicLong();
    private volatile @Nullable Failure closed;

    public IntakeQueue(long bytesMax, Wakeup journalWakeup) {
        this.bytesMax = bytesMax;
        this.journalWakeup = journalWakeup;
    }

    @Override
    public boolean submit(Submission submission) {
        long held = bytesHeld.addAndGet(submission.weightBytes());
        queue.add(submission);
        if (closed == null) {
            journalWakeup.signal();
        } else {
            failAll();
        }
        return held < bytesMax;
    }

    @Override
    public void whenReady(Runnable resume) {
        if (bytesHeld.get() < bytesMax || closed != null) {
            resume.run();
            return;
        }
        waiting.add(resume);
        if (bytesHeld.get() <= bytesMax / 2 || closed != null) {
            resumeAll();
        }
    }

    @Override
    public boolean isFull() {
        return bytesHeld.get() >= bytesMax && closed == null;
    }

    /// Counts bytes that wait for the disk beside the submissions.
    @Override
    public void hold(long bytes) {
        bytesHeld.addAndGet(bytes);
    }

    /// The next submission, for the journal stage.
    @Nullable Submission poll() {
        return queue.poll();
    }

    boolean isEmpty() {
        return queue.isEmpty();
    }

    /// A submission was answered: its bytes are free again.
    @Override
    public void release(long bytes) {
        if (bytesHeld.addAndGet(-bytes) <= bytesMax / 2 && !waiting.isEmpty()) {
            resumeAll();
        }
    }

    private void resumeAll() {
        for (Runnable each = waiting.poll(); each != null; each = waiting.poll()) {
            each.run();
        }
    }

    public long bytesHeld() {
        return bytesHeld.get();
    }

    long bytesMax() {
        return bytesMax;
    }

    /// From here on every submission fails at once, those that wait included. The journal stage must
    /// have ended.
    void close(Failure failure) {
        closed = failure;
        failAll();
        resumeAll();
    }

    private synchronized void failAll() {
        Failure failure = closed;
        if (failure == null) {
            return;
        }
        for (Submission each = queue.poll(); each != null; each = queue.poll()) {
            bytesHeld.addAndGet(-each.weightBytes());
            each.fail(failure);
        }
    }
}
