package io.riacho.mqtt.packet;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Writes the packets that a server sends, one behind the other into one buffer.
public final class PacketWriter {

    private static final int STRING_BYTES_MAX = 65_535;

    private PacketWriter() {}

    /// The properties of CONNACK (MQTT 5.0, 3.2.2.3). A number of -1 and a null are left
    /// out.
    public record Announcement(
            long sessionExpirySeconds,
            int receiveMax,
            int packetBytesMax,
            int topicAliasMax,
            int serverKeepAliveSeconds,
            @Nullable String assignedClientId,
            @Nullable String reason) {

        /// Says nothing.
        public static final Announcement NONE = new Announcement(-1, -1, -1, -1, -1, null, null);

        public static Announcement reason(String reason) {
            return new Announcement(-1, -1, -1, -1, -1, null, reason);
        }
    }

    public static void connack(
            ByteBuf out,
            Version version,
            boolean sessionPresent,
            ReasonCode code,
            Announcement announcement) {
        out.writeByte(PacketType.CONNACK << 4);
        if (version == Version.MQTT_3_1_1) {
            out.writeByte(2).writeBoolean(sessionPresent).writeByte(code.returnCode311());
            return;
        }
        ByteBuf properties = out.alloc().buffer(64);
        try {
            u32(properties, PropertyReader.SESSION_EXPIRY, announcement.sessionExpirySeconds());
            u16(properties, PropertyReader.RECEIVE_MAX, announcement.receiveMax());
            u32(properties, PropertyReader.PACKET_BYTES_MAX, announcement.packetBytesMax());
            string(properties, PropertyReader.ASSIGNED_CLIENT_ID, announcement.assignedClientId());
            u16(properties, PropertyReader.TOPIC_ALIAS_MAX, announcement.topicAliasMax());
            string(properties, PropertyReader.REASON_STRING, announcement.reason());
            u16(
                    properties,
                    PropertyReader.SERVER_KEEP_ALIVE,
                    announcement.serverKeepAliveSeconds());
            int length = properties.readableBytes();
            variableByteInteger(out, 2 + sizeOf(length) + length);
            out.writeBoolean(sessionPresent).writeByte(code.code());
            variableByteInteger(out, length);
            out.writeBytes(properties);
        } finally {
            properties.release();
        }
    }

    /// PUBACK, PUBREC, PUBREL or PUBCOMP.
    ///
    /// @param reason null to say nothing; for MQTT 5 only
    public static void ack(
            ByteBuf out,
            Version version,
            int type,
            int packetId,
            ReasonCode code,
            @Nullable String reason) {
        int first = type << 4 | (type == PacketType.PUBREL ? 2 : 0);
        if (version == Version.MQTT_3_1_1 || code == ReasonCode.SUCCESS) {
            out.writeInt(first << 24 | 2 << 16 | packetId);
            return;
        }
        out.writeByte(first);
        byte[] text = bytes(reason);
        int properties = text.length == 0 ? 0 : 3 + text.length;
        variableByteInteger(out, 3 + sizeOf(properties) + properties);
        out.writeShort(packetId).writeByte(code.code());
        reasonString(out, text, properties);
    }

    public static void suback(ByteBuf out, Version version, int packetId, ReasonCode[] codes) {
        out.writeByte(PacketType.SUBACK << 4);
        codes(out, version, packetId, codes);
    }

    public static void unsuback(ByteBuf out, Version version, int packetId, ReasonCode[] codes) {
        out.writeByte(PacketType.UNSUBACK << 4);
        if (version == Version.MQTT_3_1_1) {
            out.writeByte(2).writeShort(packetId);
        } else {
            codes(out, version, packetId, codes);
        }
    }

    private static void codes(ByteBuf out, Version version, int packetId, ReasonCode[] codes) {
        boolean five = version == Version.MQTT_5;
        variableByteInteger(out, (five ? 3 : 2) + codes.length);
        out.writeShort(packetId);
        if (five) {
            out.writeByte(0);
        }
        for (ReasonCode each : codes) {
            // 3.1.1 knows one failure only (3.9.3).
            out.writeByte(!five && each.isError() ? 0x80 : each.code());
        }
    }

    public static void pingresp(ByteBuf out) {
        out.writeShort(PacketType.PINGRESP << 12);
    }

    /// DISCONNECT, for MQTT 5 only: in 3.1.1 a server sends none.
    public static void disconnect(ByteBuf out, ReasonCode code, @Nullable String reason) {
        byte[] text = bytes(reason);
        int properties = text.length == 0 ? 0 : 3 + text.length;
        out.writeByte(PacketType.DISCONNECT << 4);
        variableByteInteger(out, 1 + sizeOf(properties) + properties);
        out.writeByte(code.code());
        reasonString(out, text, properties);
    }

    private static void reasonString(ByteBuf out, byte[] text, int properties) {
        variableByteInteger(out, properties);
        if (text.length > 0) {
            out.writeByte(PropertyReader.REASON_STRING).writeShort(text.length).writeBytes(text);
        }
    }

    /// The bytes of the properties that do not change from one subscriber to the next.
    public static byte[] commonProperties(PublishProperties properties, ByteBuf scratch) {
        Boolean utf8 = properties.payloadIsUtf8();
        if (utf8 != null) {
            scratch.writeByte(PropertyReader.PAYLOAD_FORMAT).writeBoolean(utf8);
        }
        string(scratch, PropertyReader.CONTENT_TYPE, properties.contentType());
        string(scratch, PropertyReader.RESPONSE_TOPIC, properties.responseTopic());
        byte[] correlation = properties.correlationData();
        if (correlation != null) {
            scratch.writeByte(PropertyReader.CORRELATION_DATA)
                    .writeShort(correlation.length)
                    .writeBytes(correlation);
        }
        for (UserProperty each : properties.userProperties()) {
            scratch.writeByte(PropertyReader.USER_PROPERTY);
            writeString(scratch, each.name());
            writeString(scratch, each.value());
        }
        return ByteBufUtil.getBytes(scratch);
    }

    /// A PUBLISH, unless it would be larger than the client takes.
    ///
    /// @param topic UTF-8; empty when the alias says it
    /// @param packetId 0 for QoS 0
    /// @param common from [#commonProperties]
    /// @param expirySeconds what is left of it, or [PublishProperties#NO_EXPIRY]
    /// @param subscriptionIds none for 3.1.1
    /// @param topicAlias 0 for none
    /// @return false when it is too large, and nothing was written
    public static boolean publish(
            ByteBuf out,
            Version version,
            boolean dup,
            Qos qos,
            boolean retain,
            byte[] topic,
            int packetId,
            byte[] common,
            long expirySeconds,
            int[] subscriptionIds,
            int topicAlias,
            byte[] payload,
            int packetBytesMax) {
        boolean five = version == Version.MQTT_5;
        int properties = 0;
        if (five) {
            properties = common.length + (topicAlias == 0 ? 0 : 3);
            properties += expirySeconds == PublishProperties.NO_EXPIRY ? 0 : 5;
            for (int each : subscriptionIds) {
                properties += 1 + sizeOf(each);
            }
        }
        int length = 2 + topic.length + (packetId == 0 ? 0 : 2) + payload.length;
        length += five ? sizeOf(properties) + properties : 0;
        if (1 + sizeOf(length) + (long) length > packetBytesMax) {
            return false;
        }
        out.writeByte(
                PacketType.PUBLISH << 4 | (dup ? 8 : 0) | qos.level() << 1 | (retain ? 1 : 0));
        variableByteInteger(out, length);
        out.writeShort(topic.length).writeBytes(topic);
        if (packetId != 0) {
            out.writeShort(packetId);
        }
        if (five) {
            variableByteInteger(out, properties);
            if (topicAlias != 0) {
                out.writeByte(PropertyReader.TOPIC_ALIAS).writeShort(topicAlias);
            }
            if (expirySeconds != PublishProperties.NO_EXPIRY) {
                out.writeByte(PropertyReader.MESSAGE_EXPIRY).writeInt((int) expirySeconds);
            }
            out.writeBytes(common);
            for (int each : subscriptionIds) {
                out.writeByte(PropertyReader.SUBSCRIPTION_ID);
                variableByteInteger(out, each);
            }
        }
        out.writeBytes(payload);
        return true;
    }

    private static void u16(ByteBuf out, int property, int value) {
        if (value >= 0) {
            out.writeByte(property).writeShort(value);
        }
    }

    private static void u32(ByteBuf out, int property, long value) {
        if (value >= 0) {
            out.writeByte(property).writeInt((int) value);
        }
    }

    private static void string(ByteBuf out, int property, @Nullable String text) {
        if (text != null) {
            out.writeByte(property);
            writeString(out, text);
        }
    }

    private static void writeString(ByteBuf out, String text) {
        byte[] bytes = bytes(text);
        out.writeShort(bytes.length).writeBytes(bytes);
    }

    private static byte[] bytes(@Nullable String text) {
        if (text == null) {
            return new byte[0];
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > STRING_BYTES_MAX) {
            throw new IllegalArgumentException("a string of " + bytes.length + " bytes");
        }
        return bytes;
    }

    /// The bytes that a variable byte integer takes, 1 to 4.
    static int sizeOf(int value) {
        return value < 1 << 7 ? 1 : value < 1 << 14 ? 2 : value < 1 << 21 ? 3 : 4;
    }

    private static void variableByteInteger(ByteBuf out, int value) {
        int rest = value;
        while (rest >= 0x80) {
            out.writeByte((rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        out.writeByte(rest);
    }
}
