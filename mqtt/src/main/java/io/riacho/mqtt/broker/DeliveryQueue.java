package io.riacho.mqtt.broker;

import io.riacho.mqtt.packet.Qos;
import io.riacho.mqtt.spi.MqttLimits;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The messages that wait for one session, no more of them than [MqttLimits] allows. Behind the
/// session's lock, but for [#count].
final class DeliveryQueue {

    private final Broker broker;
    private final Deque<Delivery> waiting = new ArrayDeque<>(0);
    private long bytes;
    private volatile int count;

    /// What waits of the retained messages that a subscription asked for.
    private int backlog;

    private long backlogBytes;

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
        weighs(delivery, 1);
    }

    /// Takes one back that was in flight.
    void addFirst(Delivery delivery) {
        waiting.addFirst(delivery);
        weighs(delivery, 1);
    }

    void remove() {
        weighs(waiting.remove(), -1);
    }

    /// Empties it.
    ///
    /// @return what was in it
    List<Delivery> clear() {
        List<Delivery> all = new ArrayList<>(waiting);
        waiting.clear();
        all.forEach(each -> weighs(each, -1));
        return all;
    }

    /// Takes some out.
    ///
    /// @return those
    List<Delivery> removeIf(Predicate<Delivery> unwanted) {
        List<Delivery> outs = new ArrayList<>(1);
        waiting.removeIf(each -> unwanted.test(each) && outs.add(each));
        for (Delivery each : outs) {
            weighs(each, -1);
        }
        return outs;
    }

    /// Puts what the client has and is owed PUBREL for before all else, each in its order.
    void releasedFirst() {
        List<Delivery> released = new ArrayList<>(0);
        for (Delivery each : waiting) {
            if (each.isReleased()) {
                released.add(each);
            }
        }
        if (!released.isEmpty()) {
            waiting.removeAll(released);
            released.reversed().forEach(waiting::addFirst);
        }
    }

    private void weighs(Delivery delivery, int sign) {
        long more = (long) sign * delivery.weightBytes();
        bytes += more;
        if (delivery.isBacklog()) {
            backlog += sign;
            backlogBytes += more;
        }
        count = waiting.size() - backlog;
        broker.queuedBytes().addAndGet(more);
    }

    /// Who gives way to a new message: maybe the new one itself, as the last.
    List<Delivery> makeRoom(Delivery delivery) {
        MqttLimits limits = broker.limits();
        int weight = delivery.weightBytes();
        if (delivery.isBacklog()) {
            return mayWait(limits, weight) ? List.of() : List.of(delivery);
        }
        if (!isFull(limits, weight)) {
            return List.of();
        }
        boolean newestGoes =
                delivery.qos() == Qos.AT_MOST_ONCE
                        || limits.fixed().queueFull() == MqttLimits.QueueFull.DROP_NEWEST;
        List<Delivery> outs = new ArrayList<>(1);
        while (!newestGoes && isFull(limits, weight)) {
            Delivery oldest = oldestThatMayGo();
            newestGoes = oldest == null;
            if (oldest != null) {
                weighs(oldest, -1);
                outs.add(oldest);
            }
        }
        if (newestGoes) {
            outs.add(delivery);
        }
        return outs;
    }

    /// Takes out the oldest that makes room. What the client may already have is not taken back, and a
    /// backlog has room of its own.
    private @Nullable Delivery oldestThatMayGo() {
        Iterator<Delivery> each = waiting.iterator();
        while (each.hasNext()) {
            Delivery next = each.next();
            if (next.isReleased() || next.isSentBefore()) {
                return null;
            }
            if (!next.isBacklog()) {
                each.remove();
                return next;
            }
        }
        return null;
    }

    /// The retained messages that a subscription asks for come at the subscriber's pace: all that there
    /// are may wait, once.
    private boolean mayWait(MqttLimits limits, int weight) {
        return backlog < limits.retainedMessagesMax()
                && backlogBytes + weight
                        <= limits.fixed().retainedBytesMax()
                                + (long) Delivery.OVERHEAD_BYTES * limits.retainedMessagesMax()
                && broker.queuedBytes().get() + weight <= limits.queuedBytesTotalMax();
    }

    private boolean isFull(MqttLimits limits, int weight) {
        return waiting.size() - backlog >= limits.queuedMessagesMax()
                || bytes - backlogBytes + weight > limits.fixed().queuedBytesMax()
                || broker.queuedBytes().get() + weight > limits.queuedBytesTotalMax();
    }
}
