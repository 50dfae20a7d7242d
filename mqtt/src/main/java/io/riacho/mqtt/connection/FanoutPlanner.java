package io.riacho.mqtt.connection;

import io.netty.buffer.ByteBufUtil;
import io.riacho.mqtt.broker.Broker;
import io.riacho.mqtt.broker.Fanout;
import io.riacho.mqtt.broker.Route;
import io.riacho.mqtt.broker.Session;
import io.riacho.mqtt.packet.PacketType;
import io.riacho.mqtt.packet.ReasonCode;
import io.riacho.mqtt.session.Message;
import io.riacho.mqtt.session.SessionChange;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Plans the [Fanout] of a batch that is durable: its messages to their subscribers, those that are
/// retained, and the QoS 2 ids that it receives and completes. On the event loop of the batch's
/// connection.
///
/// What must be stored is planned in the order of the journal, its routes looked up there; the bytes of
/// the messages are copied before. What nobody subscribes to costs no lock, nor does what goes to
/// connected clients alone.
final class FanoutPlanner {

    private FanoutPlanner() {}

    /// Null when nothing waits for the store.
    static @Nullable Fanout plan(InboundBatch batch, Broker broker, Session session) {
        boolean stored = false;
        boolean live = false;
        for (int i = 0; i < batch.size(); i++) {
            if (!batch.isRefused(i)) {
                Route route = batch.cachedTopic(i).route(broker, session);
                live |= !route.isEmpty();
                stored |= batch.retain(i) || route.mayBeStored();
            }
        }
        List<SessionChange> ids = session.isDurable() ? ids(batch, session) : List.of();
        if (stored || !ids.isEmpty()) {
            @Nullable Message[] messages = messages(batch, broker, session);
            Fanout fanout =
                    broker.planHeld(
                            planned -> {
                                add(batch, messages, broker, session, planned);
                                ids.forEach(planned::add);
                            },
                            batch);
            return fanout.isDone() ? null : fanout;
        }
        if (live) {
            @Nullable Message[] messages = messages(batch, broker, session);
            broker.planLive(planned -> add(batch, messages, broker, session, planned));
        }
        return null;
    }

    /// The messages of a batch that somebody gets, or may get at any moment, by their index.
    private static @Nullable Message[] messages(
            InboundBatch batch, Broker broker, Session session) {
        long now = broker.nowMillis();
        @Nullable Message[] messages = new @Nullable Message[batch.size()];
        for (int i = 0; i < messages.length; i++) {
            CachedTopic topic = batch.cachedTopic(i);
            boolean wanted = batch.retain(i) || !topic.route(broker, session).isEmpty();
            if (wanted && !batch.isRefused(i)) {
                messages[i] = message(batch, i, now);
            }
        }
        return messages;
    }

    private static Message message(InboundBatch batch, int index, long now) {
        return Message.arrived(
                batch.cachedTopic(index).name(),
                ByteBufUtil.getBytes(
                        batch.buffer(index), batch.payloadStart(index), batch.payloadLength(index)),
                batch.qos(index),
                batch.retain(index),
                batch.properties(index),
                now);
    }

    private static void add(
            InboundBatch batch,
            @Nullable Message[] messages,
            Broker broker,
            Session session,
            Fanout fanout) {
        for (int i = 0; i < messages.length; i++) {
            if (batch.isRefused(i)) {
                continue;
            }
            Route route = batch.cachedTopic(i).route(broker, session);
            Message message = messages[i];
            if (message == null) {
                if (route.isEmpty()) {
                    continue;
                }
                // Somebody subscribed just now.
                message = message(batch, i, broker.nowMillis());
            }
            if (message.retain() && !fanout.retain(message)) {
                batch.refuse(i, ReasonCode.QUOTA_EXCEEDED, "no room for another retained message");
                continue;
            }
            fanout.add(message, route, true, null);
        }
    }

    /// The QoS 2 ids that this batch receives and completes.
    private static List<SessionChange> ids(InboundBatch batch, Session session) {
        List<SessionChange> ids = new ArrayList<>(0);
        for (int ack = 0; ack < batch.acks(); ack++) {
            int type = batch.ackType(ack);
            int id = batch.ackId(ack);
            if (type == PacketType.PUBCOMP) {
                ids.add(new SessionChange.Completed(session.clientId(), id));
            } else if (type == PacketType.PUBREC
                    && batch.ackOf(ack) >= 0
                    && !batch.isRefused(batch.ackOf(ack))) {
                ids.add(new SessionChange.Received(session.clientId(), id));
            }
        }
        return ids;
    }
}
