package io.riacho.mqtt.packet;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A CONNECT (MQTT 5.0, 3.1; 3.1.1, 3.1).
///
/// @param cleanStart what 3.1.1 calls clean session
/// @param sessionExpirySeconds 0 to 4,294,967,295 (never); for 3.1.1: 0 for a clean session, otherwise
///     never
/// @param receiveMax how many QoS 1 and 2 messages the client takes at a time
/// @param packetBytesMax the largest packet that the client takes, or [Integer#MAX_VALUE]
/// @param topicAliasMax how many topic aliases the client takes
@SuppressWarnings("ArrayRecordComponent") // passed on, never compared
public record ConnectPacket(
        Version version,
        boolean cleanStart,
        int keepAliveSeconds,
        String clientId,
        @Nullable Will will,
        @Nullable String userName,
        byte @Nullable [] password,
        long sessionExpirySeconds,
        int receiveMax,
        int packetBytesMax,
        int topicAliasMax,
        boolean requestProblemInfo,
        @Nullable String authenticationMethod,
        List<UserProperty> userProperties) {

    /// What a packet with a reason string has besides it, at most.
    private static final int REASON_OVERHEAD_BYTES = 16;

    /// A session that does not expire.
    public static final long NEVER_EXPIRES = 0xFFFF_FFFFL;

    private static final long ALLOWED =
            PropertyReader.setOf(
                    PropertyReader.SESSION_EXPIRY,
                    PropertyReader.AUTH_METHOD,
                    PropertyReader.AUTH_DATA,
                    PropertyReader.REQUEST_PROBLEM_INFO,
                    PropertyReader.REQUEST_RESPONSE_INFO,
                    PropertyReader.RECEIVE_MAX,
                    PropertyReader.TOPIC_ALIAS_MAX,
                    PropertyReader.USER_PROPERTY,
                    PropertyReader.PACKET_BYTES_MAX);

    private static final long WILL_ALLOWED =
            PropertyReader.setOf(
                    PropertyReader.WILL_DELAY,
                    PropertyReader.PAYLOAD_FORMAT,
                    PropertyReader.MESSAGE_EXPIRY,
                    PropertyReader.CONTENT_TYPE,
                    PropertyReader.RESPONSE_TOPIC,
                    PropertyReader.CORRELATION_DATA,
                    PropertyReader.USER_PROPERTY);

    /// The message that is published when the connection ends otherwise than by a DISCONNECT.
    @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
    public record Will(
            String topic,
            byte[] payload,
            Qos qos,
            boolean retain,
            long delaySeconds,
            @Nullable PublishProperties properties) {}

    /// Whether a packet with this reason string is not larger than the client takes.
    public boolean takesReason(String reason) {
        int bytes = reason.getBytes(StandardCharsets.UTF_8).length + REASON_OVERHEAD_BYTES;
        return bytes <= packetBytesMax;
    }

    /// The protocol level that a CONNECT asks for, before anything else of it is read: it decides how a
    /// refusal is put.
    ///
    /// @throws BadPacketException when it is not `MQTT`: whoever that is, no CONNACK would reach it
    public static int level(ByteBuf in, int start, int end) throws BadPacketException {
        Cursor cursor = new Cursor(in, start, end);
        String name = cursor.string();
        int level = cursor.u8();
        if (name.equals("MQIsdp") && level == 3) {
            return 3;
        }
        if (!name.equals("MQTT")) {
            throw new BadPacketException(
                    ReasonCode.UNSUPPORTED_PROTOCOL_VERSION, "the protocol is not MQTT");
        }
        return level;
    }

    /// Reads the packet between two indexes.
    public static ConnectPacket read(ByteBuf in, int start, int end, Version version)
            throws BadPacketException {
        Cursor cursor = new Cursor(in, start, end);
        cursor.string();
        cursor.u8();
        int flags = cursor.u8();
        boolean hasWill = (flags & 0x04) != 0;
        int willQos = flags >> 3 & 3;
        boolean hasUserName = (flags & 0x80) != 0;
        boolean hasPassword = (flags & 0x40) != 0;
        if ((flags & 0x01) != 0) {
            throw BadPacketException.malformed("the reserved connect flag is set");
        }
        if (willQos == 3 || (!hasWill && (flags & 0x38) != 0)) {
            throw BadPacketException.malformed("the will flags contradict each other");
        }
        if (version == Version.MQTT_3_1_1 && hasPassword && !hasUserName) {
            throw BadPacketException.malformed("a password without a user name");
        }
        boolean cleanStart = (flags & 0x02) != 0;
        int keepAliveSeconds = cursor.u16();
        Limits limits = new Limits(version, cleanStart);
        if (version == Version.MQTT_5) {
            limits.read(cursor.properties(ALLOWED));
        }
        String clientId = cursor.string();
        Will will = hasWill ? will(cursor, flags, version) : null;
        String userName = hasUserName ? cursor.string() : null;
        byte[] password = hasPassword ? cursor.binary() : null;
        cursor.expectEnd();
        return new ConnectPacket(
                version,
                cleanStart,
                keepAliveSeconds,
                clientId,
                will,
                userName,
                password,
                limits.sessionExpirySeconds,
                limits.receiveMax,
                limits.packetBytesMax,
                limits.topicAliasMax,
                limits.requestProblemInfo,
                limits.authenticationMethod,
                limits.userProperties);
    }

    private static Will will(Cursor cursor, int flags, Version version) throws BadPacketException {
        long delaySeconds = 0;
        PublishFrame.PropertiesBuilder builder = new PublishFrame.PropertiesBuilder();
        if (version == Version.MQTT_5) {
            PropertyReader reader = cursor.properties(WILL_ALLOWED);
            int id;
            while ((id = reader.next()) != PropertyReader.END) {
                if (id == PropertyReader.WILL_DELAY) {
                    delaySeconds = reader.u32();
                } else {
                    builder.read(reader, id);
                }
            }
        }
        String topic = cursor.string();
        byte[] payload = cursor.binary();
        return new Will(
                topic,
                payload,
                Qos.of(flags >> 3 & 3),
                (flags & 0x20) != 0,
                delaySeconds,
                builder.isEmpty() ? null : builder.build());
    }

    /// The values of the properties, with the defaults for those that are absent.
    private static final class Limits {

        private long sessionExpirySeconds;
        private int receiveMax = 65_535;
        private int packetBytesMax = Integer.MAX_VALUE;
        private int topicAliasMax;
        private boolean requestProblemInfo = true;
        private @Nullable String authenticationMethod;
        private final List<UserProperty> userProperties = new ArrayList<>(0);

        Limits(Version version, boolean cleanStart) {
            sessionExpirySeconds = version == Version.MQTT_3_1_1 && !cleanStart ? NEVER_EXPIRES : 0;
        }

        void read(PropertyReader reader) throws BadPacketException {
            int id;
            while ((id = reader.next()) != PropertyReader.END) {
                switch (id) {
                    case PropertyReader.SESSION_EXPIRY -> sessionExpirySeconds = reader.u32();
                    case PropertyReader.AUTH_METHOD -> authenticationMethod = reader.string();
                    case PropertyReader.AUTH_DATA -> reader.binary();
                    case PropertyReader.REQUEST_PROBLEM_INFO -> requestProblemInfo = reader.flag();
                    case PropertyReader.REQUEST_RESPONSE_INFO -> reader.flag();
                    case PropertyReader.RECEIVE_MAX -> receiveMax = reader.u16Positive();
                    case PropertyReader.TOPIC_ALIAS_MAX -> topicAliasMax = reader.u16();
                    case PropertyReader.USER_PROPERTY -> userProperties.add(reader.userProperty());
                    case PropertyReader.PACKET_BYTES_MAX -> {
                        long bytes = reader.u32();
                        if (bytes == 0) {
                            throw BadPacketException.protocolError("a maximum packet size of 0");
                        }
                        packetBytesMax = (int) Math.min(bytes, Integer.MAX_VALUE);
                    }
                    default ->
                            throw BadPacketException.malformed(
                                    "property " + id + " does not belong to this packet");
                }
            }
            if (reader.hasSeen(PropertyReader.AUTH_DATA)
                    && !reader.hasSeen(PropertyReader.AUTH_METHOD)) {
                throw BadPacketException.protocolError(
                        "authentication data without an authentication method");
            }
        }
    }
}
