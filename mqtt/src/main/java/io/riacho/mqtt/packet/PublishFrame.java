package io.riacho.mqtt.packet;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A PUBLISH that was read in place: indexes into the buffer that it was read from. Reused for the
/// next one.
public final class PublishFrame {

    private static final long ALLOWED =
            PropertyReader.setOf(
                    PropertyReader.PAYLOAD_FORMAT,
                    PropertyReader.MESSAGE_EXPIRY,
                    PropertyReader.CONTENT_TYPE,
                    PropertyReader.RESPONSE_TOPIC,
                    PropertyReader.CORRELATION_DATA,
                    PropertyReader.SUBSCRIPTION_ID,
                    PropertyReader.TOPIC_ALIAS,
                    PropertyReader.USER_PROPERTY);

    private boolean dup;
    private boolean retain;
    private Qos qos = Qos.AT_MOST_ONCE;
    private int packetId;
    private int topicStart;
    private int topicBytes;
    private int topicAlias;
    private int payloadStart;
    private int payloadBytes;
    private @Nullable PublishProperties properties;

    /// Reads the packet between two indexes. Neither the topic's form nor its characters are looked
    /// at: [#topic(ByteBuf)] does, and a cache may know it already.
    public void read(ByteBuf in, int header, int start, int end, Version version)
            throws BadPacketException {
        int level = header >> 1 & 3;
        if (level == 3) {
            throw BadPacketException.malformed("QoS 3 does not exist");
        }
        qos = Qos.of(level);
        dup = (header & 8) != 0;
        retain = (header & 1) != 0;
        if (dup && level == 0) {
            throw BadPacketException.malformed("DUP is set on a PUBLISH of QoS 0");
        }
        int headBytes = level == 0 ? 2 : 4;
        if (end - start < headBytes) {
            throw BadPacketException.malformed("the packet is shorter than its fields");
        }
        topicBytes = in.getUnsignedShort(start);
        topicStart = start + 2;
        int at = topicStart + topicBytes;
        if (end - at < headBytes - 2) {
            throw BadPacketException.malformed("the packet is shorter than its fields");
        }
        packetId = 0;
        if (level > 0) {
            packetId = in.getUnsignedShort(at);
            if (packetId == 0) {
                throw BadPacketException.protocolError("a packet identifier is 0");
            }
            at += 2;
        }
        topicAlias = 0;
        properties = null;
        if (version == Version.MQTT_5) {
            if (at < end && in.getByte(at) == 0) {
                at++;
            } else {
                Cursor cursor = new Cursor(in, at, end);
                readProperties(cursor.properties(ALLOWED));
                at = cursor.at();
            }
        }
        payloadStart = at;
        payloadBytes = end - at;
    }

    private void readProperties(PropertyReader reader) throws BadPacketException {
        PropertiesBuilder builder = new PropertiesBuilder();
        int id;
        while ((id = reader.next()) != PropertyReader.END) {
            if (id == PropertyReader.TOPIC_ALIAS) {
                topicAlias = reader.u16();
                if (topicAlias == 0) {
                    throw new BadPacketException(
                            ReasonCode.TOPIC_ALIAS_INVALID, "a topic alias is 0");
                }
            } else if (id == PropertyReader.SUBSCRIPTION_ID) {
                throw BadPacketException.protocolError(
                        "a client's PUBLISH has a subscription identifier");
            } else {
                builder.read(reader, id);
            }
        }
        properties = builder.isEmpty() ? null : builder.build();
    }

    public boolean dup() {
        return dup;
    }

    public boolean retain() {
        return retain;
    }

    public Qos qos() {
        return qos;
    }

    /// 0 for QoS 0.
    public int packetId() {
        return packetId;
    }

    public int topicStart() {
        return topicStart;
    }

    public int topicBytes() {
        return topicBytes;
    }

    /// The topic's text.
    ///
    /// @throws BadPacketException when it is not well-formed
    public String topic(ByteBuf in) throws BadPacketException {
        return Utf8.read(in, topicStart, topicBytes);
    }

    /// 0 when there is none.
    public int topicAlias() {
        return topicAlias;
    }

    public int payloadStart() {
        return payloadStart;
    }

    public int payloadBytes() {
        return payloadBytes;
    }

    /// Null when there are none that a subscriber would see.
    public @Nullable PublishProperties properties() {
        return properties;
    }

    /// Gathers what PUBLISH and will have in common.
    static final class PropertiesBuilder {

        private @Nullable Boolean payloadIsUtf8;
        private long expirySeconds = PublishProperties.NO_EXPIRY;
        private @Nullable String contentType;
        private @Nullable String responseTopic;
        private byte @Nullable [] correlationData;
        private final List<UserProperty> userProperties = new ArrayList<>(2);
        private boolean empty = true;

        void read(PropertyReader reader, int id) throws BadPacketException {
            empty = false;
            switch (id) {
                case PropertyReader.PAYLOAD_FORMAT -> payloadIsUtf8 = reader.flag();
                case PropertyReader.MESSAGE_EXPIRY -> expirySeconds = reader.u32();
                case PropertyReader.CONTENT_TYPE -> contentType = reader.string();
                case PropertyReader.RESPONSE_TOPIC -> {
                    String topic = reader.string();
                    if (!Topics.isName(topic, Integer.MAX_VALUE)) {
                        throw BadPacketException.protocolError(
                                "the response topic is empty or has wildcards");
                    }
                    responseTopic = topic;
                }
                case PropertyReader.CORRELATION_DATA -> correlationData = reader.binary();
                case PropertyReader.USER_PROPERTY -> userProperties.add(reader.userProperty());
                default ->
                        throw BadPacketException.malformed(
                                "property " + id + " does not belong to this packet");
            }
        }

        boolean isEmpty() {
            return empty;
        }

        PublishProperties build() {
            return new PublishProperties(
                    payloadIsUtf8,
                    expirySeconds,
                    contentType,
                    responseTopic,
                    correlationData,
                    userProperties);
        }
    }
}
