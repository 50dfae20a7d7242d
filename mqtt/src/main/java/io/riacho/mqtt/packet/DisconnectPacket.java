package io.riacho.mqtt.packet;

import io.netty.buffer.ByteBuf;

/// A client's DISCONNECT (MQTT 5.0, 3.14; 3.1.1, 3.14).
///
/// @param sessionExpirySeconds what the session's expiry becomes, or -1 to leave it
public record DisconnectPacket(ReasonCode code, long sessionExpirySeconds) {

    private static final long ALLOWED =
            PropertyReader.setOf(
                    PropertyReader.SESSION_EXPIRY,
                    PropertyReader.REASON_STRING,
                    PropertyReader.USER_PROPERTY,
                    PropertyReader.SERVER_REFERENCE);

    /// Reads the packet between two indexes.
    public static DisconnectPacket read(ByteBuf in, int start, int end, Version version)
            throws BadPacketException {
        Cursor cursor = new Cursor(in, start, end);
        if (cursor.isAtEnd()) {
            return new DisconnectPacket(ReasonCode.SUCCESS, -1);
        }
        if (version == Version.MQTT_3_1_1) {
            cursor.expectEnd();
        }
        int code = cursor.u8();
        ReasonCode reason = ReasonCode.of(code);
        if (reason == null || !isClients(reason)) {
            throw BadPacketException.protocolError(
                    "reason code " + code + " does not belong to a client's DISCONNECT");
        }
        long expirySeconds = -1;
        if (!cursor.isAtEnd()) {
            PropertyReader reader = cursor.properties(ALLOWED);
            int property;
            while ((property = reader.next()) != PropertyReader.END) {
                if (property == PropertyReader.SESSION_EXPIRY) {
                    expirySeconds = reader.u32();
                } else if (property == PropertyReader.SERVER_REFERENCE) {
                    throw BadPacketException.protocolError(
                            "a client's DISCONNECT has a server reference");
                } else {
                    PropertyReader.skipValue(reader, property);
                }
            }
            cursor.expectEnd();
        }
        return new DisconnectPacket(reason, expirySeconds);
    }

    /// The reason codes of table 3-13 that a client may send.
    private static boolean isClients(ReasonCode code) {
        return switch (code.code()) {
            case 0x00,
                    0x04,
                    0x80,
                    0x81,
                    0x82,
                    0x83,
                    0x90,
                    0x93,
                    0x94,
                    0x95,
                    0x96,
                    0x97,
                    0x98,
                    0x99 ->
                    true;
            default -> false;
        };
    }
}
