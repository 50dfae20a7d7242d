package io.riacho.mqtt.packet;

/// Walks over the properties of a packet (MQTT 5.0, 2.2.2): each must be known, belong to that packet
/// and, but for user properties and subscription identifiers, come once.
final class PropertyReader {

    static final int PAYLOAD_FORMAT = 0x01;
    static final int MESSAGE_EXPIRY = 0x02;
    static final int CONTENT_TYPE = 0x03;
    static final int RESPONSE_TOPIC = 0x08;
    static final int CORRELATION_DATA = 0x09;
    static final int SUBSCRIPTION_ID = 0x0B;
    static final int SESSION_EXPIRY = 0x11;
    static final int ASSIGNED_CLIENT_ID = 0x12;
    static final int SERVER_KEEP_ALIVE = 0x13;
    static final int AUTH_METHOD = 0x15;
    static final int AUTH_DATA = 0x16;
    static final int REQUEST_PROBLEM_INFO = 0x17;
    static final int WILL_DELAY = 0x18;
    static final int REQUEST_RESPONSE_INFO = 0x19;
    static final int SERVER_REFERENCE = 0x1C;
    static final int REASON_STRING = 0x1F;
    static final int RECEIVE_MAX = 0x21;
    static final int TOPIC_ALIAS_MAX = 0x22;
    static final int TOPIC_ALIAS = 0x23;
    static final int USER_PROPERTY = 0x26;
    static final int PACKET_BYTES_MAX = 0x27;

    /// [#next()] at the end.
    static final int END = -1;

    private final Cursor cursor;
    private final long allowed;
    private long seen;

    PropertyReader(Cursor cursor, long allowed) {
        this.cursor = cursor;
        this.allowed = allowed;
    }

    /// The set of these identifiers: all are below 64.
    static long setOf(int... identifiers) {
        long set = 0;
        for (int each : identifiers) {
            set |= 1L << each;
        }
        return set;
    }

    /// The next property's identifier; its value must be read before the next call.
    int next() throws BadPacketException {
        if (cursor.isAtEnd()) {
            return END;
        }
        int id = cursor.variableByteInteger();
        if (id >= 64 || (allowed & (1L << id)) == 0) {
            throw BadPacketException.malformed(
                    "property " + id + " does not belong to this packet");
        }
        boolean repeatable = id == USER_PROPERTY || id == SUBSCRIPTION_ID;
        if (!repeatable && (seen & (1L << id)) != 0) {
            throw BadPacketException.protocolError("property " + id + " comes twice");
        }
        seen |= 1L << id;
        return id;
    }

    boolean hasSeen(int id) {
        return (seen & (1L << id)) != 0;
    }

    boolean flag() throws BadPacketException {
        int value = cursor.u8();
        if (value > 1) {
            throw BadPacketException.protocolError("a flag property is neither 0 nor 1");
        }
        return value == 1;
    }

    int u16() throws BadPacketException {
        return cursor.u16();
    }

    int u16Positive() throws BadPacketException {
        int value = cursor.u16();
        if (value == 0) {
            throw BadPacketException.protocolError("a property that must not be 0 is 0");
        }
        return value;
    }

    long u32() throws BadPacketException {
        return cursor.u32();
    }

    int variableByteInteger() throws BadPacketException {
        return cursor.variableByteInteger();
    }

    String string() throws BadPacketException {
        return cursor.string();
    }

    byte[] binary() throws BadPacketException {
        return cursor.binary();
    }

    UserProperty userProperty() throws BadPacketException {
        return new UserProperty(cursor.string(), cursor.string());
    }

    /// Reads over the rest, checking it.
    static void skipValue(PropertyReader properties, int id) throws BadPacketException {
        switch (id) {
            case USER_PROPERTY -> properties.userProperty();
            case REASON_STRING, AUTH_METHOD, SERVER_REFERENCE -> properties.string();
            case AUTH_DATA -> properties.binary();
            case SESSION_EXPIRY -> properties.u32();
            default ->
                    throw BadPacketException.malformed(
                            "property " + id + " does not belong to this packet");
        }
    }
}
