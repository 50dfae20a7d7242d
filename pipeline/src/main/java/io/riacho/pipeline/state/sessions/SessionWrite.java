package io.riacho.pipeline.state.sessions;

import io.riacho.api.readings.Failure;
import java.util.List;
import java.util.function.Consumer;

/// Session changes that belong together, on their way to the journal. One record nearly always; several,
/// perhaps over several groups, when they are larger than a record may be. When a group fails, so does
/// what of the write has not gone into one: what is durable is a beginning of it, never its end without
/// its beginning. But for its making, on the journal's thread.
public final class SessionWrite {

    private final List<SessionsChanged> records;
    private final Runnable durable;
    private final Consumer<Failure> failed;
    private int taken;

    /// @param records at least one
    /// @param durable runs once all of it is on disk
    /// @param failed runs instead when it is not known to be
    SessionWrite(List<SessionsChanged> records, Runnable durable, Consumer<Failure> failed) {
        this.records = records;
        this.durable = durable;
        this.failed = failed;
    }

    /// The next record that is to go into a group.
    public SessionsChanged next() {
        return records.get(taken);
    }

    /// All of its records, those that went included.
    public List<SessionsChanged> records() {
        return records;
    }

    /// It went.
    public void took() {
        taken++;
    }

    public boolean isTakenWhole() {
        return taken == records.size();
    }

    public void durable() {
        durable.run();
    }

    public void fail(Failure failure) {
        failed.accept(failure);
    }
}
