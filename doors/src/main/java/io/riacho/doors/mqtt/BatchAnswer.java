package io.riacho.doors.mqtt;

import io.riacho.api.readings.Failure;
import io.riacho.doors.topics.TopicListener;
import io.riacho.mqtt.spi.PublishBatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Answers a batch when the last of its parts is done: its readings, and each message that a
/// [TopicListener] took. Safe for use by many threads.
final class BatchAnswer implements TopicListener.Handled {

    private final PublishBatch batch;

    /// One for whoever fills the batch, until it has seen it whole.
    private final AtomicInteger open = new AtomicInteger(1);

    private volatile @Nullable Failure failure;

    BatchAnswer(PublishBatch batch) {
        this.batch = batch;
    }

    /// One part more is to be waited for.
    void await() {
        open.incrementAndGet();
    }

    @Override
    public void durable() {
        if (open.decrementAndGet() > 0) {
            return;
        }
        Failure why = failure;
        if (why == null) {
            batch.durable();
        } else {
            batch.failed(
                    switch (why.kind()) {
                        case DISK_FULL -> PublishBatch.Failure.FULL;
                        case STOPPING, BROKEN -> PublishBatch.Failure.UNAVAILABLE;
                    });
        }
    }

    @Override
    public void failed(Failure why) {
        failure = why;
        durable();
    }
}
