package io.riacho.mqtt.connection;

import io.riacho.mqtt.broker.ServerCounters;
import io.riacho.mqtt.spi.ClientStatistics;
import java.util.concurrent.atomic.AtomicLong;

/// Counters of one connection; written by its event loop only, read by any thread.
final class ClientCounters {

    private final ServerCounters sums;
    private final AtomicLong messagesReceived = new AtomicLong();
    private final AtomicLong bytesReceived = new AtomicLong();
    private final AtomicLong messagesSent = new AtomicLong();
    private final AtomicLong bytesSent = new AtomicLong();

    ClientCounters(ServerCounters sums) {
        this.sums = sums;
    }

    private static void add(AtomicLong to, long amount) {
        to.setOpaque(to.getPlain() + amount);
    }

    void received(int messages) {
        add(messagesReceived, messages);
        sums.received(messages, 0);
    }

    void read(int bytes) {
        add(bytesReceived, bytes);
        sums.received(0, bytes);
    }

    void sent(int messages) {
        add(messagesSent, messages);
        sums.sent(messages, 0);
    }

    void written(int bytes) {
        add(bytesSent, bytes);
        sums.sent(0, bytes);
    }

    ClientStatistics statistics(long queued, long dropped) {
        return new ClientStatistics(
                messagesReceived.getOpaque(),
                bytesReceived.getOpaque(),
                messagesSent.getOpaque(),
                bytesSent.getOpaque(),
                queued,
                dropped);
    }
}
