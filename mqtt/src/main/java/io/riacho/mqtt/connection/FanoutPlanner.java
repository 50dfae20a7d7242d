package io.riacho.mqtt.connection;

import io.netty.buffer.ByteBufUtil;
import io.riacho.mqtt.broker.Broker;
import io.riacho.mqtt.broker.Fanout;
import io.riacho.mqtt.broker.Route;
import io.riacho.mqtt.broker.Session;
import io.riacho.mqtt.packet.PacketType;
import io.riacho.mqtt.session.Message;
import io.riacho.mqtt.session.SessionChange;
import org.jspecify.annotations.Nullable;

/// Plans the [Fanout] of a batch that is durable: its messages to their subscribers, those that are
/// retained, and the QoS 2 ids that it receives and completes. On the event loop of the batch's
/// connection.
final class FanoutPlanner {

    private FanoutPlanner() {}

    /// Null when nothing is to be done but to acknowledge.
    static @Nullable Fanout of(InboundBatch batch, Broker broker, Session session) {
        Fanout fanout = null;
        long now = 0;
        for (int i = 0; i < batch.size(); i++) {
            if (batch.isRefused(i)) {
                continue;
            }
            CachedTopic topic = batch.cachedTopic(i);
            Route route = topic.route(broker, session);
            boolean retain = batch.retain(i);
            if (route.isEmpty() && !retain) {
                continue;
            }
            if (fanout == null) {
                fanout = new Fanout();
                now = broker.nowMillis();
            }
            Message message =
                    Message.arrived(
                            topic.name(),
                            ByteBufUtil.getBytes(
                                    batch.buffer(i), batch.payloadStart(i), batch.payloadLength(i)),
                            batch.qos(i),
                            retain,
                            batch.properties(i),
                            now);
            fanout.add(message, route, true, null);
            if (retain) {
                fanout.retain(message);
            }
        }
        return session.isDurable() ? withIds(batch, session, fanout) : fanout;
    }

    /// The QoS 2 ids that this batch receives and completes.
    private static @Nullable Fanout withIds(
            InboundBatch batch, Session session, @Nullable Fanout planned) {
        Fanout fanout = planned;
        for (int ack = 0; ack < batch.acks(); ack++) {
            int type = batch.ackType(ack);
            boolean receives =
                    type == PacketType.PUBREC
                            && batch.ackOf(ack) >= 0
                            && !batch.isRefused(batch.ackOf(ack));
            if (!receives && type != PacketType.PUBCOMP) {
                continue;
            }
            if (fanout == null) {
                fanout = new Fanout();
            }
            int id = batch.ackId(ack);
            fanout.add(
                    receives
                            ? new SessionChange.Received(session.clientId(), id)
                            : new SessionChange.Completed(session.clientId(), id));
        }
        return fanout;
    }
}
