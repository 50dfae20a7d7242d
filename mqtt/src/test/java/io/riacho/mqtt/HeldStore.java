package io.riacho.mqtt;

import io.riacho.mqtt.session.SessionChange;
import io.riacho.mqtt.session.SessionImage;
import io.riacho.mqtt.session.SessionStore;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// A store that writes when the test says so: what another client does meanwhile happens inside the sync.
final class HeldStore implements SessionStore {

    private final BlockingQueue<Write> writes = new LinkedBlockingQueue<>();
    private final SessionImage image = new SessionImage();
    private volatile boolean writesAtOnce;

    /// One write on its way.
    final class Write {
        private final List<SessionChange> changes;
        private final Completion completion;

        Write(List<SessionChange> changes, Completion completion) {
            this.changes = List.copyOf(changes);
            this.completion = completion;
        }

        List<SessionChange> changes() {
            return changes;
        }

        void stored() {
            synchronized (image) {
                changes.forEach(image::apply);
            }
            completion.stored();
        }

        void failed(boolean full) {
            completion.failed(full, "the test says so");
        }
    }

    @Override
    public void write(List<SessionChange> changes, Completion completion) {
        Write write = new Write(changes, completion);
        if (writesAtOnce) {
            write.stored();
        } else {
            writes.add(write);
        }
    }

    Write next() throws InterruptedException {
        Write write = writes.poll(10, TimeUnit.SECONDS);
        if (write == null) {
            throw new AssertionError("nothing was written");
        }
        return write;
    }

    /// The next write that has a change of this kind; those before it are stored.
    Write next(Class<? extends SessionChange> kind) throws InterruptedException {
        while (true) {
            Write write = next();
            if (write.changes().stream().anyMatch(kind::isInstance)) {
                return write;
            }
            write.stored();
        }
    }

    /// From now on nothing is held.
    void writeAtOnce() {
        writesAtOnce = true;
        for (Write each = writes.poll(); each != null; each = writes.poll()) {
            each.stored();
        }
    }

    /// From now on everything is held.
    void hold() {
        writesAtOnce = false;
    }

    int waiting() {
        return writes.size();
    }

    /// What would be found after a crash now.
    SessionImage image() {
        synchronized (image) {
            return image.copy();
        }
    }

    @Override
    public SessionImage restore() {
        return image();
    }
}
