package io.riacho.mqtt.broker;

import io.riacho.mqtt.packet.Qos;
import io.riacho.mqtt.packet.ReasonCode;
import io.riacho.mqtt.session.Message;
import io.riacho.mqtt.session.SessionChange;
import io.riacho.mqtt.spi.DeliveryListener;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One plan of deliveries: of some messages, to the sessions that get them. First planned, then, once
/// [#changes] are stored, carried out by [Broker#deliver]. On one thread at a time.
public final class Fanout {

    private final List<SessionChange> changes = new ArrayList<>(0);
    private final List<Session> sessions = new ArrayList<>();
    private final List<Delivery> deliveries = new ArrayList<>();
    private final List<Message> retained = new ArrayList<>(0);

    /// Plans a message for all whom its route names, and one member of each group that shares.
    ///
    /// @param everyone false leaves out sessions that are not connected
    public void add(
            Message message, Route route, boolean everyone, @Nullable DeliveryListener listener) {
        List<SessionChange.Target> stored = new ArrayList<>(0);
        for (Route.Target each : route.targets()) {
            plan(
                    each.session(),
                    message,
                    each.qos(),
                    each.retainAsPublished() && message.retain(),
                    each.subscriptionIds(),
                    everyone,
                    listener,
                    null,
                    stored);
        }
        for (ShareGroup group : route.groups()) {
            Subscription member = group.choose();
            if (member != null) {
                boolean retain = member.options().retainAsPublished() && message.retain();
                plan(member, message, retain, everyone, listener, stored);
            }
        }
        if (!stored.isEmpty()) {
            changes.add(new SessionChange.Queued(message, stored));
        }
    }

    /// A message for one session alone, if it is connected, by whichever of its subscriptions.
    void add(Message message, Route route, Session only, @Nullable DeliveryListener listener) {
        List<SessionChange.Target> stored = new ArrayList<>(1);
        for (Route.Target each : route.targets()) {
            if (each.session() == only) {
                plan(
                        only,
                        message,
                        each.qos(),
                        each.retainAsPublished() && message.retain(),
                        each.subscriptionIds(),
                        false,
                        listener,
                        null,
                        stored);
            }
        }
        for (ShareGroup group : route.groups()) {
            Subscription member = deliveries.isEmpty() ? group.memberOf(only) : null;
            if (member != null) {
                boolean retain = member.options().retainAsPublished() && message.retain();
                plan(member, message, retain, false, listener, stored);
            }
        }
        if (!stored.isEmpty()) {
            changes.add(new SessionChange.Queued(message, stored));
        }
    }

    /// A message for one subscription alone: a retained one, or one that a shared subscription's
    /// earlier member did not take.
    public void add(Message message, Subscription to, boolean retain) {
        List<SessionChange.Target> stored = new ArrayList<>(1);
        plan(to, message, retain, true, null, stored);
        if (!stored.isEmpty()) {
            changes.add(new SessionChange.Queued(message, stored));
        }
    }

    private void plan(
            Subscription to,
            Message message,
            boolean retain,
            boolean everyone,
            @Nullable DeliveryListener listener,
            List<SessionChange.Target> stored) {
        plan(
                to.session(),
                message,
                to.options().qos(),
                retain,
                to.id() == 0 ? new int[0] : new int[] {to.id()},
                everyone,
                listener,
                to.shareName() == null ? null : to,
                stored);
    }

    private void plan(
            Session session,
            Message message,
            Qos granted,
            boolean retain,
            int[] subscriptionIds,
            boolean everyone,
            @Nullable DeliveryListener listener,
            @Nullable Subscription shared,
            List<SessionChange.Target> stored) {
        Qos qos = Qos.min(message.qos(), granted);
        if (!session.isOnline() && (qos == Qos.AT_MOST_ONCE || !everyone)) {
            return;
        }
        long sequence = qos == Qos.AT_MOST_ONCE ? 0 : session.nextSequence();
        boolean lasts = qos != Qos.AT_MOST_ONCE && session.isDurable();
        if (lasts) {
            stored.add(
                    new SessionChange.Target(
                            session.clientId(), sequence, qos, retain, subscriptionIds));
        }
        sessions.add(session);
        deliveries.add(
                new Delivery(
                        message, qos, retain, subscriptionIds, sequence, lasts, listener, shared));
    }

    /// The message becomes its topic's retained one.
    public void retain(Message message) {
        retained.add(message);
        Message kept = message.payload().length == 0 ? null : message;
        changes.add(new SessionChange.Retained(message.topic(), kept));
    }

    public void add(SessionChange change) {
        changes.add(change);
    }

    /// What must be stored before [#carryOut].
    public List<SessionChange> changes() {
        return changes;
    }

    public int targets() {
        return deliveries.size();
    }

    void carryOut(RetainedMessages into) {
        for (Message each : retained) {
            into.put(each);
        }
        for (int i = 0; i < deliveries.size(); i++) {
            sessions.get(i).deliver(deliveries.get(i));
        }
    }

    /// It could not be stored: it goes to nobody.
    void fail() {
        for (int i = 0; i < deliveries.size(); i++) {
            deliveries.get(i).dropped(sessions.get(i).clientId(), ReasonCode.UNSPECIFIED_ERROR);
        }
    }
}
