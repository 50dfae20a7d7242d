package io.riacho.doors.bridge;

import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Updates on their way to another broker. Their senders wait for its PUBACK, so nothing is kept
/// for long: at most [#WAITING_MAX] wait, each for [#SECONDS_MAX].
public final class BridgeUpdates implements OutboundSource {

    static final int WAITING_MAX = 16;
    static final int SECONDS_MAX = 10;

    private final String topic;
    private final ArrayDeque<Update> waiting = new ArrayDeque<>();

    private volatile Runnable wake = () -> {};

    public BridgeUpdates(String topic) {
        this.topic = topic;
    }

    /// Adds one.
    ///
    /// @return completes with null when the broker has it, otherwise with the reason
    public CompletableFuture<@Nullable String> add(byte[] payload) {
        Update update = new Update(payload);
        synchronized (this) {
            if (waiting.size() >= WAITING_MAX) {
                return CompletableFuture.completedFuture(
                        WAITING_MAX + " updates wait for it already");
            }
            waiting.add(update);
        }
        wake.run();
        return update.outcome;
    }

    @Override
    public void onAvailable(Runnable action) {
        wake = action;
    }

    @Override
    public void connected() {}

    @Override
    public synchronized @Nullable Publication next() {
        for (Update each = waiting.poll(); each != null; each = waiting.poll()) {
            // Whoever gave it was told that it did not go, and may give it again.
            if (!each.outcome.isDone()) {
                return each;
            }
        }
        return null;
    }

    private final class Update implements Publication {

        private final byte[] payload;
        private final CompletableFuture<@Nullable String> outcome = new CompletableFuture<>();

        Update(byte[] payload) {
            this.payload = payload;
            outcome.completeOnTimeout(
                    "it did not acknowledge within " + SECONDS_MAX + " s",
                    SECONDS_MAX,
                    TimeUnit.SECONDS);
        }

        @Override
        public String topic() {
            return topic;
        }

        @Override
        public byte[] payload() {
            return payload;
        }

        @Override
        public void acknowledged() {
            outcome.complete(null);
        }

        @Override
        public void failed(String reason) {
            outcome.complete(reason);
        }
    }
}
