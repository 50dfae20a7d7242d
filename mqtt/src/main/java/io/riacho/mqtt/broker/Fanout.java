package io.riacho.mqtt.broker;

import io.riacho.mqtt.packet.Qos;
import io.riacho.mqtt.packet.ReasonCode;
import io.riacho.mqtt.session.Message;
import io.riacho.mqtt.session.SessionChange;
import io.riacho.mqtt.spi.DeliveryListener;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One plan: messages put into the queues of the sessions that get them, and what must be stored before
/// they go out. Made by [Broker#plan] in the order of the journal, or by [Broker#planLive] for what
/// nothing is stored of. On one thread.
public final class Fanout {

    private final Broker broker;
    private final List<SessionChange> changes = new ArrayList<>(0);
    private final List<RetainedMessages.Replaced> replaced = new ArrayList<>(0);
    private List<SessionChange> settled = List.of();
    private int targets;

    /// What the deliveries wait for; null when they wait for nothing.
    private final @Nullable Commit commit;

    Fanout(Broker broker, @Nullable Commit commit) {
        this.broker = broker;
        this.commit = commit;
    }

    /// A message for its subscribers.
    ///
    /// @param everyone false leaves out sessions that are not connected
    public void add(
            Message message, Route route, boolean everyone, @Nullable DeliveryListener listener) {
        List<SessionChange.Target> stored = new ArrayList<>(0);
        for (Route.Target each : route.targets()) {
            put(message, each, everyone, listener, stored);
        }
        for (ShareGroup group : route.groups()) {
            put(message, group, everyone, listener, stored);
        }
        queued(message, stored);
    }

    /// A message for one session alone, if it is connected, by whichever of its subscriptions.
    void add(Message message, Route route, Session only, @Nullable DeliveryListener listener) {
        List<SessionChange.Target> stored = new ArrayList<>(1);
        for (Route.Target each : route.targets()) {
            if (each.session() == only) {
                put(message, each, false, listener, stored);
            }
        }
        for (ShareGroup group : route.groups()) {
            Subscription member = targets == 0 ? group.memberOf(only) : null;
            if (member != null) {
                put(message, member, false, listener, stored);
            }
        }
        queued(message, stored);
    }

    /// A message for a member of a shared subscription.
    void add(Message message, ShareGroup group) {
        List<SessionChange.Target> stored = new ArrayList<>(1);
        put(message, group, true, null, stored);
        queued(message, stored);
    }

    /// Every retained message that a new subscription matches.
    public void addRetained(Subscription to) {
        long now = broker.nowMillis();
        broker.retained()
                .forEach(
                        to.plainFilter(),
                        each -> {
                            if (!each.message().isExpired(now)) {
                                addRetained(each, to);
                            }
                        });
    }

    private void addRetained(RetainedMessages.Entry each, Subscription to) {
        List<SessionChange.Target> stored = new ArrayList<>(1);
        Delivery delivery =
                new Delivery(
                        each.message(),
                        Qos.min(each.message().qos(), to.options().qos()),
                        true,
                        ids(to),
                        null,
                        null,
                        commit,
                        each.pending());
        delivery.markBacklog();
        var _ = put(to.session(), to.epoch(), delivery, true, stored);
        queued(each.message(), stored);
    }

    private void put(
            Message message,
            Route.Target to,
            boolean everyone,
            @Nullable DeliveryListener listener,
            List<SessionChange.Target> stored) {
        Delivery delivery =
                new Delivery(
                        message,
                        Qos.min(message.qos(), to.qos()),
                        to.retainAsPublished() && message.retain(),
                        to.subscriptionIds(),
                        listener,
                        null,
                        commit,
                        null);
        put(to.session(), to.epoch(), delivery, everyone, stored);
    }

    /// A member that ends at this very moment does not take the message: another one does.
    private void put(
            Message message,
            ShareGroup group,
            boolean everyone,
            @Nullable DeliveryListener listener,
            List<SessionChange.Target> stored) {
        for (int tries = group.size(); tries > 0; tries--) {
            Subscription member = group.choose();
            if (member == null || put(message, member, everyone, listener, stored)) {
                return;
            }
        }
    }

    private boolean put(
            Message message,
            Subscription to,
            boolean everyone,
            @Nullable DeliveryListener listener,
            List<SessionChange.Target> stored) {
        Delivery delivery =
                new Delivery(
                        message,
                        Qos.min(message.qos(), to.options().qos()),
                        to.options().retainAsPublished() && message.retain(),
                        ids(to),
                        listener,
                        to.shareName() == null ? null : to,
                        commit,
                        null);
        return put(to.session(), to.epoch(), delivery, everyone, stored);
    }

    private static int[] ids(Subscription of) {
        return of.id() == 0 ? Delivery.NO_IDS : new int[] {of.id()};
    }

    private boolean put(
            Session session,
            int epoch,
            Delivery delivery,
            boolean everyone,
            List<SessionChange.Target> stored) {
        if (!session.take(delivery, epoch, everyone, this)) {
            return false;
        }
        targets++;
        if (delivery.isStored()) {
            Subscription shared = delivery.shared();
            stored.add(
                    new SessionChange.Target(
                            session.clientId(),
                            delivery.sequence(),
                            delivery.qos(),
                            delivery.retain(),
                            delivery.subscriptionIds(),
                            shared == null ? null : shared.filter()));
        }
        return true;
    }

    private void queued(Message message, List<SessionChange.Target> stored) {
        if (!stored.isEmpty()) {
            changes.add(new SessionChange.Queued(message, stored));
        }
    }

    /// The message becomes its topic's retained one.
    ///
    /// @return false when there is no room for it
    public boolean retain(Message message) {
        if (!broker.retained().admits(message)) {
            return false;
        }
        if (commit == null) {
            throw new IllegalStateException("a retained message is planned in order");
        }
        replaced.add(broker.retained().put(message, commit));
        Message kept = message.payload().length == 0 ? null : message;
        changes.add(new SessionChange.Retained(message.topic(), kept));
        return true;
    }

    /// A topic's retained message has expired.
    void forget(String topic) {
        broker.retained().remove(topic);
        changes.add(new SessionChange.Retained(topic, null));
    }

    public void add(SessionChange change) {
        changes.add(change);
    }

    /// A message gave way in the queue of a session, or found no room there.
    void dropped(Session session, Delivery delivery) {
        String id = session.clientId();
        broker.afterwards(() -> delivery.dropped(id, ReasonCode.QUOTA_EXCEEDED));
        if (delivery.isStored()) {
            if (settled.isEmpty()) {
                settled = new ArrayList<>(1);
            }
            settled.add(new SessionChange.Settled(id, delivery.sequence()));
        }
    }

    /// Messages of QoS 1 and 2 for sessions that last are stored.
    boolean isStored() {
        return commit != null;
    }

    /// What must be stored before anything of it goes out.
    List<SessionChange> changes() {
        return changes;
    }

    /// What nobody waits for.
    List<SessionChange> settled() {
        return settled;
    }

    /// There is nothing to store: it went out at once.
    public boolean isDone() {
        return changes.isEmpty();
    }

    int targets() {
        return targets;
    }

    /// It is stored: everything goes out.
    void stored() {
        if (commit != null) {
            commit.stored();
        }
        replaced.forEach(RetainedMessages::keep);
    }

    /// It could not be stored: it goes to nobody. Under the lock of order.
    void failed() {
        if (commit != null) {
            commit.failed();
        }
        for (RetainedMessages.Replaced each : replaced.reversed()) {
            broker.retained().takeBack(each);
        }
    }
}
