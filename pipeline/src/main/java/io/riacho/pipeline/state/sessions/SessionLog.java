package io.riacho.pipeline.state.sessions;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.riacho.api.readings.Failure;
import io.riacho.mqtt.session.SessionChange;
import io.riacho.mqtt.session.SessionChangeFormat;
import io.riacho.mqtt.session.SessionImage;
import io.riacho.mqtt.session.SessionStore;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/// MQTT sessions on the journal: each write is a record in the group commit that takes it, and is
/// complete when that is on disk. Safe for use by many threads.
///
/// A write is one record, and so is whole or absent after a crash, unless it is larger than
/// `recordBytesMax`: then it is several, in order. What then may be left of it by a crash is its
/// beginning, which its client never got an acknowledgement for and sends again.
///
/// What waits counts against the bound of the intake, as readings do.
public final class SessionLog implements SessionStore {

    /// What a session that is owed a message takes in a change, without its client's id.
    private static final int TARGET_BYTES_MIN = 18;

    private static final int ENCODE_BYTES_FIRST = 256;

    /// The bound that writes count against while they wait.
    public interface Bound {
        void hold(long bytes);

        void release(long bytes);
    }

    private final Bound intake;
    private final Consumer<SessionWrite> journal;
    private final SessionFold fold;
    private final int recordBytesMax;

    /// @param journal takes writes, in order
    /// @param recordBytesMax where a write that is still larger is cut
    public SessionLog(
            Bound intake, Consumer<SessionWrite> journal, SessionFold fold, int recordBytesMax) {
        this.intake = intake;
        this.journal = journal;
        this.fold = fold;
        this.recordBytesMax = recordBytesMax;
    }

    @Override
    public void write(List<SessionChange> changes, Completion completion) {
        List<SessionsChanged> records = records(changes);
        long bytes = 0;
        for (SessionsChanged each : records) {
            bytes += each.bytes().remaining();
        }
        long held = bytes;
        intake.hold(held);
        journal.accept(
                new SessionWrite(
                        records,
                        () -> {
                            intake.release(held);
                            completion.stored();
                        },
                        failure -> {
                            intake.release(held);
                            completion.failed(
                                    failure.kind() == Failure.Kind.DISK_FULL, failure.reason());
                        }));
    }

    /// What recovery found. To be called before the first write.
    @Override
    public SessionImage restore() {
        return fold.sessions().copy();
    }

    private List<SessionsChanged> records(List<SessionChange> changes) {
        List<SessionsChanged> records = new ArrayList<>(1);
        ByteBuf out = Unpooled.buffer(ENCODE_BYTES_FIRST);
        List<SessionChange> together = new ArrayList<>(changes.size());
        for (SessionChange change : changes) {
            for (SessionChange each : parts(change)) {
                SessionChangeFormat.write(each, out);
                together.add(each);
                if (out.readableBytes() >= recordBytesMax) {
                    records.add(record(together, out));
                    together = new ArrayList<>();
                    out.clear();
                }
            }
        }
        if (!together.isEmpty() || records.isEmpty()) {
            records.add(record(together, out));
        }
        return records;
    }

    /// A message that is owed to very many sessions, as several changes.
    private List<SessionChange> parts(SessionChange change) {
        if (!(change instanceof SessionChange.Queued queued)
                || queued.targets().size() * (long) TARGET_BYTES_MIN <= recordBytesMax) {
            return List.of(change);
        }
        List<SessionChange> parts = new ArrayList<>();
        List<SessionChange.Target> targets = queued.targets();
        int from = 0;
        int bytes = 0;
        for (int i = 0; i < targets.size(); i++) {
            SessionChange.Target each = targets.get(i);
            bytes +=
                    TARGET_BYTES_MIN
                            + 3 * each.clientId().length()
                            + sharedFilterBytesMax(each)
                            + Integer.BYTES * each.subscriptionIds().length;
            if (bytes >= recordBytesMax || i == targets.size() - 1) {
                parts.add(new SessionChange.Queued(queued.message(), targets.subList(from, i + 1)));
                from = i + 1;
                bytes = 0;
            }
        }
        return parts;
    }

    private static int sharedFilterBytesMax(SessionChange.Target target) {
        String filter = target.sharedFilter();
        return 1 + (filter == null ? 0 : Integer.BYTES + 3 * filter.length());
    }

    private static SessionsChanged record(List<SessionChange> changes, ByteBuf encoded) {
        return new SessionsChanged(
                changes, ByteBuffer.wrap(ByteBufUtil.getBytes(encoded)).asReadOnlyBuffer());
    }
}
