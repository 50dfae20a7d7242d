package io.riacho.mqtt.broker;

import io.riacho.mqtt.spi.ServerStatistics;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/// Sums over all clients. Safe for use by many threads.
public final class ServerCounters {

    private final AtomicInteger connections = new AtomicInteger();
    private final LongAdder refused = new LongAdder();
    private final LongAdder messagesReceived = new LongAdder();
    private final LongAdder bytesReceived = new LongAdder();
    private final LongAdder messagesSent = new LongAdder();
    private final LongAdder bytesSent = new LongAdder();
    private final LongAdder dropped = new LongAdder();

    public AtomicInteger connections() {
        return connections;
    }

    public void refused() {
        refused.increment();
    }

    public void received(long messages, long bytes) {
        messagesReceived.add(messages);
        bytesReceived.add(bytes);
    }

    public void sent(long messages, long bytes) {
        messagesSent.add(messages);
        bytesSent.add(bytes);
    }

    void dropped(long messages) {
        dropped.add(messages);
    }

    ServerStatistics statistics(
            long sessions, long subscriptions, long retained, long bytesQueued) {
        return new ServerStatistics(
                connections.get(),
                refused.sum(),
                sessions,
                subscriptions,
                retained,
                messagesReceived.sum(),
                bytesReceived.sum(),
                messagesSent.sum(),
                bytesSent.sum(),
                bytesQueued,
                dropped.sum());
    }
}
