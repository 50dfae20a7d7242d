package io.riacho.mqtt.spi;

/// Takes the messages of clients and makes them durable. Called on event loops: must not block.
public interface PublishHandler {

    /// Takes the PUBLISHes of one read of one client: always, since their bytes were read already. The
    /// taker calls [PublishBatch#refuse] for those that it does not want, and then, exactly once, on
    /// any thread, now or later, [PublishBatch#durable] or [PublishBatch#failed].
    ///
    /// @return false when it is full: nothing more is read from this client until it has called back
    ///     by [#whenReady]
    boolean offer(PublishBatch batch);

    /// Runs `resume` once when there is room again, on any thread.
    void whenReady(Runnable resume);

    /// Takes everything and keeps nothing: a plain broker.
    PublishHandler NONE =
            new PublishHandler() {
                @Override
                public boolean offer(PublishBatch batch) {
                    batch.durable();
                    return true;
                }

                @Override
                public void whenReady(Runnable resume) {
                    resume.run();
                }
            };
}
