package io.riacho.doors.bridge;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Publishes what the test gives, and tells what became of it. Safe for use by many threads.
public final class SourceThatIsGiven implements OutboundSource {

    private final ArrayDeque<Publication> waiting = new ArrayDeque<>();
    private final List<String> outcomes = new ArrayList<>();
    private int connections;
    private volatile Runnable wake = () -> {};

    private final class Given implements Publication {
        private final String topic;
        private final String payload;

        Given(String topic, String payload) {
            this.topic = topic;
            this.payload = payload;
        }

        @Override
        public String topic() {
            return topic;
        }

        @Override
        public byte[] payload() {
            return payload.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public void acknowledged() {
            add(topic + " acknowledged");
        }

        @Override
        public void failed(String reason) {
            add(topic + " failed: " + reason);
        }
    }

    public void give(String topic, String payload) {
        synchronized (this) {
            waiting.add(new Given(topic, payload));
        }
        wake.run();
    }

    private synchronized void add(String outcome) {
        outcomes.add(outcome);
    }

    /// In the order in which they became known: topic and outcome.
    public synchronized List<String> outcomes() {
        return List.copyOf(outcomes);
    }

    public synchronized int waiting() {
        return waiting.size();
    }

    public synchronized int connections() {
        return connections;
    }

    @Override
    public void onAvailable(Runnable action) {
        wake = action;
    }

    @Override
    public synchronized void connected() {
        connections++;
    }

    @Override
    public synchronized @Nullable Publication next() {
        return waiting.poll();
    }
}
