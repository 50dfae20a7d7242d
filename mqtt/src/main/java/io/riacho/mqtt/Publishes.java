package io.riacho.mqtt;

/// The door to durability: takes the messages of clients. Called on event loops: must not block.
public interface Publishes {

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
    Publishes NONE =
            new Publishes() {
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
