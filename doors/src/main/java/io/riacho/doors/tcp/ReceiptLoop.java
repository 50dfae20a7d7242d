package io.riacho.doors.tcp;

import io.micrometer.core.instrument.Counter;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jctools.queues.MpscUnboundedArrayQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings receipts from the pipeline's thread to one event loop.
///
/// A group commit completes many submissions, mostly of many connections. The pipeline's thread only
/// puts them into a queue and wakes the event loop once; the loop writes all answers that are there
/// and then flushes each connection once. The queue needs no bound of its own: what is in it was
/// counted by the intake when it came.
final class ReceiptLoop {

    private static final Logger LOG = LoggerFactory.getLogger(ReceiptLoop.class);

    /// Receipts of one task; then other work of the event loop has its turn.
    private static final int RECEIPTS_PER_TASK = 1024;

    private final EventLoop loop;
    private final Counter stored;
    private final Counter refused;
    private final Queue<LineSubmission> receipts = new MpscUnboundedArrayQueue<>(256);
    private final AtomicBoolean woken = new AtomicBoolean();
    private final List<LineConnection> touched = new ArrayList<>();

    ReceiptLoop(EventLoop loop, Counter stored, Counter refused) {
        this.loop = loop;
        this.stored = stored;
        this.refused = refused;
    }

    /// Any thread; does not block.
    void add(LineSubmission receipt) {
        receipts.add(receipt);
        wake();
    }

    private void wake() {
        if (!woken.get() && woken.compareAndSet(false, true)) {
            try {
                loop.execute(this::answerAll);
            } catch (RejectedExecutionException e) {
                LOG.debug("A receipt came after its event loop had ended", e);
            }
        }
    }

    private void answerAll() {
        // From here on a new receipt wakes the loop again.
        woken.set(false);
        int storedLines = 0;
        int lines = 0;
        int left = RECEIPTS_PER_TASK;
        LineSubmission next;
        while (left-- > 0 && (next = receipts.poll()) != null) {
            LineConnection connection = next.connection();
            ByteBuf out = connection.answerBuffer(next.answerBytes());
            lines += next.lines();
            storedLines += next.answer(out);
            connection.answered(next);
            if (connection.touch()) {
                touched.add(connection);
            }
        }
        for (LineConnection connection : touched) {
            connection.flushAnswers();
        }
        touched.clear();
        stored.increment(storedLines);
        refused.increment(lines - storedLines);
        if (!receipts.isEmpty()) {
            wake();
        }
    }
}
