package io.riacho.mqtt.connection;

import io.netty.buffer.ByteBuf;
import io.riacho.mqtt.packet.BadPacketException;
import io.riacho.mqtt.packet.PublishFrame;
import io.riacho.mqtt.packet.ReasonCode;
import io.riacho.mqtt.packet.Topics;
import io.riacho.mqtt.spi.MqttLimits;
import org.jspecify.annotations.Nullable;

/// The topics that one client publishes on: their names checked once and remembered, and the aliases
/// that it gave them (MQTT 5.0, 3.3.2.3.4). For the connection's event loop.
final class InboundTopics {

    private final MqttConnection connection;
    private final MqttLimits limits;
    private final TopicCache known = new TopicCache();
    private @Nullable CachedTopic[] aliases = new @Nullable CachedTopic[0];

    InboundTopics(MqttConnection connection, MqttLimits limits) {
        this.connection = connection;
        this.limits = limits;
    }

    /// The topic of a PUBLISH, by name or by alias.
    CachedTopic of(ByteBuf in, PublishFrame frame) throws BadPacketException {
        int alias = frame.topicAlias();
        if (alias > limits.fixed().topicAliasMax()) {
            throw new BadPacketException(
                    ReasonCode.TOPIC_ALIAS_INVALID,
                    "topic alias " + alias + "; at most " + limits.fixed().topicAliasMax());
        }
        if (frame.topicBytes() == 0) {
            CachedTopic meant = alias == 0 || alias >= aliases.length ? null : aliases[alias];
            if (meant == null) {
                throw new BadPacketException(
                        ReasonCode.PROTOCOL_ERROR,
                        alias == 0 ? "a PUBLISH without a topic" : "an unknown topic alias");
            }
            return meant;
        }
        CachedTopic topic = known.get(in, frame.topicStart(), frame.topicBytes());
        if (topic == null) {
            String name = frame.topic(in);
            if (!Topics.isName(name, limits.fixed().topicLevelsMax())
                    || Topics.isShared(name)
                    || name.startsWith("$SYS/")) {
                throw new BadPacketException(
                        ReasonCode.TOPIC_NAME_INVALID, "a topic name that is not valid");
            }
            topic =
                    new CachedTopic(
                            name,
                            connection.ports().authorizer().mayPublish(connection.client(), name));
            known.put(topic);
        }
        if (alias != 0) {
            if (aliases.length == 0) {
                aliases = new @Nullable CachedTopic[limits.fixed().topicAliasMax() + 1];
            }
            aliases[alias] = topic;
        }
        return topic;
    }
}
