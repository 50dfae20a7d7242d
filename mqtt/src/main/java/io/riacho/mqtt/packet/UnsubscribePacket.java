package io.riacho.mqtt.packet;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/// An UNSUBSCRIBE (MQTT 5.0, 3.10; 3.1.1, 3.10). The filters' form was not looked at yet.
public record UnsubscribePacket(int packetId, List<String> filters) {

    private static final long ALLOWED = PropertyReader.setOf(PropertyReader.USER_PROPERTY);

    /// Reads the packet between two indexes.
    public static UnsubscribePacket read(ByteBuf in, int start, int end, Version version)
            throws BadPacketException {
        Cursor cursor = new Cursor(in, start, end);
        int packetId = cursor.packetId();
        if (version == Version.MQTT_5) {
            PropertyReader reader = cursor.properties(ALLOWED);
            while (reader.next() != PropertyReader.END) {
                reader.userProperty();
            }
        }
        List<String> filters = new ArrayList<>(2);
        while (!cursor.isAtEnd()) {
            filters.add(cursor.string());
        }
        if (filters.isEmpty()) {
            throw BadPacketException.protocolError("an UNSUBSCRIBE without topic filters");
        }
        return new UnsubscribePacket(packetId, filters);
    }
}
