package io.riacho.mqtt.session;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.riacho.mqtt.packet.PacketWriter;
import io.riacho.mqtt.packet.PublishProperties;
import io.riacho.mqtt.packet.Qos;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// A published message, shared by all who get it. Immutable; safe for use by many threads.
public final class Message {

    /// A message that does not expire.
    public static final long NEVER = Long.MAX_VALUE;

    private static final byte[] NO_BYTES = new byte[0];
    private static final int OVERHEAD_BYTES = 224;

    private final String topic;
    private final byte[] topicBytes;
    private final byte[] payload;
    private final Qos qos;
    private final boolean retain;
    private final PublishProperties properties;
    private final long expiresAtMillis;
    private final int weightBytes;

    /// The properties on the wire; made when first needed, the same whoever makes them.
    private byte @Nullable [] commonProperties;

    /// A message as it was stored, or is to be.
    ///
    /// @param payload by reference, never changed
    /// @param expiresAtMillis ms since 1970 UTC, or [#NEVER]
    public Message(
            String topic,
            byte[] payload,
            Qos qos,
            boolean retain,
            PublishProperties properties,
            long expiresAtMillis) {
        this.topic = topic;
        this.topicBytes = topic.getBytes(StandardCharsets.UTF_8);
        this.payload = payload;
        this.qos = qos;
        this.retain = retain;
        this.properties = properties;
        this.expiresAtMillis = expiresAtMillis;
        this.weightBytes = weightBytes(topicBytes.length, payload.length, properties);
    }

    /// A message that arrives now, its expiry taken from its properties.
    public static Message arrived(
            String topic,
            byte[] payload,
            Qos qos,
            boolean retain,
            @Nullable PublishProperties properties,
            long nowMillis) {
        PublishProperties known = properties == null ? PublishProperties.NONE : properties;
        long expiresAtMillis =
                known.expirySeconds() == PublishProperties.NO_EXPIRY
                        ? NEVER
                        : nowMillis + known.expirySeconds() * 1000;
        return new Message(topic, payload, qos, retain, known, expiresAtMillis);
    }

    public String topic() {
        return topic;
    }

    /// The topic in UTF-8, not to be changed.
    public byte[] topicBytes() {
        return topicBytes;
    }

    /// Not to be changed.
    public byte[] payload() {
        return payload;
    }

    public Qos qos() {
        return qos;
    }

    /// As its publisher set it.
    public boolean retain() {
        return retain;
    }

    public PublishProperties properties() {
        return properties;
    }

    /// ms since 1970 UTC, or [#NEVER].
    public long expiresAtMillis() {
        return expiresAtMillis;
    }

    public boolean isExpired(long nowMillis) {
        return nowMillis >= expiresAtMillis;
    }

    /// What it counts against a limit in bytes: all that it takes in memory, at most.
    public int weightBytes() {
        return weightBytes;
    }

    /// What a message would count.
    ///
    /// @param topicBytes the topic's length in UTF-8
    public static int weightBytes(
            int topicBytes, int payloadBytes, @Nullable PublishProperties properties) {
        // As text the topic has up to two bytes for each of UTF-8.
        long bytes = OVERHEAD_BYTES + 3L * topicBytes + payloadBytes;
        if (properties != null) {
            bytes += properties.weightBytes();
        }
        return (int) Math.min(Integer.MAX_VALUE, bytes);
    }

    /// The properties on the wire that are the same for every subscriber, not to be changed.
    public byte[] commonProperties() {
        byte[] known = commonProperties;
        if (known == null) {
            known = properties.equals(PublishProperties.NONE) ? NO_BYTES : encoded();
            commonProperties = known;
        }
        return known;
    }

    private byte[] encoded() {
        ByteBuf scratch = Unpooled.buffer(64);
        return PacketWriter.commonProperties(properties, scratch);
    }
}
