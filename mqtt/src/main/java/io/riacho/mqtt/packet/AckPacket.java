package io.riacho.mqtt.packet;

import io.netty.buffer.ByteBuf;

/// PUBACK, PUBREC, PUBREL and PUBCOMP, read without an object: the packet identifier in the upper part,
/// the reason code in the lower byte.
public final class AckPacket {

    private static final long ALLOWED =
            PropertyReader.setOf(PropertyReader.REASON_STRING, PropertyReader.USER_PROPERTY);

    private AckPacket() {}

    /// Reads the packet between two indexes.
    ///
    /// @return the identifier × 256 + the reason code
    public static int read(ByteBuf in, int type, int start, int end, Version version)
            throws BadPacketException {
        if (end - start == 2) {
            int id = in.getUnsignedShort(start);
            if (id == 0) {
                throw BadPacketException.protocolError("a packet identifier is 0");
            }
            return id << 8;
        }
        Cursor cursor = new Cursor(in, start, end);
        int id = cursor.packetId();
        if (version == Version.MQTT_3_1_1) {
            cursor.expectEnd();
        }
        int code = cursor.u8();
        if (!isAllowed(type, code)) {
            throw BadPacketException.protocolError(
                    "reason code " + code + " does not belong to packet type " + type);
        }
        if (!cursor.isAtEnd()) {
            PropertyReader reader = cursor.properties(ALLOWED);
            int property;
            while ((property = reader.next()) != PropertyReader.END) {
                PropertyReader.skipValue(reader, property);
            }
            cursor.expectEnd();
        }
        return id << 8 | code;
    }

    public static int packetId(int ack) {
        return ack >>> 8;
    }

    public static int code(int ack) {
        return ack & 0xFF;
    }

    private static boolean isAllowed(int type, int code) {
        if (type == PacketType.PUBREL || type == PacketType.PUBCOMP) {
            return code == 0 || code == ReasonCode.PACKET_IDENTIFIER_NOT_FOUND.code();
        }
        return switch (code) {
            case 0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99 -> true;
            default -> false;
        };
    }
}
