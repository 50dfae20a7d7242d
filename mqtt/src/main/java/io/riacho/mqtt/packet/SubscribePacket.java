package io.riacho.mqtt.packet;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/// A SUBSCRIBE (MQTT 5.0, 3.8; 3.1.1, 3.8).
///
/// @param subscriptionId 1 to 268,435,455, or 0 for none
public record SubscribePacket(int packetId, int subscriptionId, List<Entry> entries) {

    private static final long ALLOWED =
            PropertyReader.setOf(PropertyReader.SUBSCRIPTION_ID, PropertyReader.USER_PROPERTY);

    /// One filter with its options. The filter's form was not looked at yet.
    public record Entry(String filter, SubscriptionOptions options) {}

    /// Reads the packet between two indexes.
    public static SubscribePacket read(ByteBuf in, int start, int end, Version version)
            throws BadPacketException {
        Cursor cursor = new Cursor(in, start, end);
        int packetId = cursor.packetId();
        int subscriptionId = 0;
        if (version == Version.MQTT_5) {
            PropertyReader reader = cursor.properties(ALLOWED);
            int id;
            while ((id = reader.next()) != PropertyReader.END) {
                if (id == PropertyReader.USER_PROPERTY) {
                    reader.userProperty();
                    continue;
                }
                if (subscriptionId != 0) {
                    throw BadPacketException.protocolError("two subscription identifiers");
                }
                subscriptionId = reader.variableByteInteger();
                if (subscriptionId == 0) {
                    throw BadPacketException.protocolError("a subscription identifier of 0");
                }
            }
        }
        List<Entry> entries = new ArrayList<>(2);
        while (!cursor.isAtEnd()) {
            entries.add(new Entry(cursor.string(), options(cursor.u8(), version)));
        }
        if (entries.isEmpty()) {
            throw BadPacketException.protocolError("a SUBSCRIBE without topic filters");
        }
        return new SubscribePacket(packetId, subscriptionId, entries);
    }

    private static SubscriptionOptions options(int bits, Version version)
            throws BadPacketException {
        int reserved = version == Version.MQTT_5 ? 0xC0 : 0xFC;
        if ((bits & reserved) != 0) {
            throw BadPacketException.malformed("reserved bits of a subscription are set");
        }
        if ((bits & 3) == 3 || (bits >> 4 & 3) == 3) {
            throw BadPacketException.protocolError("a subscription's QoS or retain handling is 3");
        }
        return SubscriptionOptions.of(bits);
    }
}
