package io.riacho.mqtt.broker;

import io.riacho.mqtt.packet.Qos;
import io.riacho.mqtt.spi.MqttLimits;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The messages that wait for one session, no more of them than [MqttLimits] allows. Behind the
/// session's lock, but for [#count].
final class DeliveryQueue {

    private final Broker broker;
    private final Deque<Delivery> waiting = new ArrayDeque<>(0);
    private long bytes;
    private volatile int count;

    DeliveryQueue(Broker broker) {
        this.broker = broker;
    }

    /// How many wait, by any thread.
    int count() {
        return count;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    @Nullable Delivery peek() {
        return waiting.peek();
    }

    /// Adds a message, whatever the limits: ask [#makeRoom] first.
    void add(Delivery delivery) {
        waiting.add(delivery);
        weighs(delivery.message().weightBytes());
    }

    /// Takes one back that was in flight.
    void addFirst(Delivery delivery) {
        waiting.addFirst(delivery);
        weighs(delivery.message().weightBytes());
    }

    void remove() {
        weighs(-waiting.remove().message().weightBytes());
    }

    /// Empties it.
    ///
    /// @return what was in it
    List<Delivery> clear() {
        List<Delivery> all = new ArrayList<>(waiting);
        waiting.clear();
        weighs(-bytes);
        return all;
    }

    private void weighs(long more) {
        bytes += more;
        count = waiting.size();
        broker.queuedBytes().addAndGet(more);
    }

    /// Who gives way to a new message: maybe the new one itself, as the last.
    List<Delivery> makeRoom(Delivery delivery) {
        MqttLimits limits = broker.limits();
        int weight = delivery.message().weightBytes();
        if (!isFull(limits, weight)) {
            return List.of();
        }
        boolean newestGoes =
                delivery.qos() == Qos.AT_MOST_ONCE
                        || limits.fixed().queueFull() == MqttLimits.QueueFull.DROP_NEWEST;
        List<Delivery> outs = new ArrayList<>(1);
        while (!newestGoes && isFull(limits, weight)) {
            Delivery oldest = waiting.peek();
            // What the client may already have is not taken back.
            newestGoes = oldest == null || oldest.isReleased() || oldest.isSentBefore();
            if (oldest != null && !newestGoes) {
                remove();
                outs.add(oldest);
            }
        }
        if (newestGoes) {
            outs.add(delivery);
        }
        return outs;
    }

    private boolean isFull(MqttLimits limits, int weight) {
        return waiting.size() >= limits.queuedMessagesMax()
                || bytes + weight > limits.fixed().queuedBytesMax()
                || broker.queuedBytes().get() + weight > limits.queuedBytesTotalMax();
    }
}
