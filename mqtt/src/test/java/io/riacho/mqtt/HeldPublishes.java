package io.riacho.mqtt;

import io.riacho.mqtt.spi.PublishBatch;
import io.riacho.mqtt.spi.PublishHandler;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A PublishHandler that answers when the test says so.
final class HeldPublishes implements PublishHandler {

    private final BlockingQueue<PublishBatch> held = new LinkedBlockingQueue<>();
    private volatile boolean full;
    private volatile @Nullable Runnable resume;

    @Override
    public boolean offer(PublishBatch batch) {
        held.add(batch);
        return !full;
    }

    @Override
    public void whenReady(Runnable then) {
        resume = then;
    }

    PublishBatch next() throws InterruptedException {
        PublishBatch batch = held.poll(10, TimeUnit.SECONDS);
        if (batch == null) {
            throw new AssertionError("nothing was offered");
        }
        return batch;
    }

    int waiting() {
        return held.size();
    }

    void fill() {
        full = true;
    }

    void empty() {
        full = false;
        Runnable then = resume;
        if (then != null) {
            then.run();
        }
    }
}
