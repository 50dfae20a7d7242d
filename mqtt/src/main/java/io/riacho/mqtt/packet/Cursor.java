package io.riacho.mqtt.packet;

import io.netty.buffer.ByteBuf;

/// Reads fields between two indexes of a buffer; running over the end is a malformed packet.
final class Cursor {

    private final ByteBuf in;
    private final int end;
    private int at;

    Cursor(ByteBuf in, int start, int end) {
        this.in = in;
        this.at = start;
        this.end = end;
    }

    int at() {
        return at;
    }

    int remaining() {
        return end - at;
    }

    boolean isAtEnd() {
        return at == end;
    }

    private int take(int bytes) throws BadPacketException {
        if (end - at < bytes) {
            throw BadPacketException.malformed("the packet is shorter than its fields");
        }
        int index = at;
        at += bytes;
        return index;
    }

    void expectEnd() throws BadPacketException {
        if (at != end) {
            throw BadPacketException.malformed("the packet is longer than its fields");
        }
    }

    int u8() throws BadPacketException {
        return in.getUnsignedByte(take(1));
    }

    int u16() throws BadPacketException {
        return in.getUnsignedShort(take(2));
    }

    long u32() throws BadPacketException {
        return in.getUnsignedInt(take(4));
    }

    /// A packet identifier, 1 to 65535 [MQTT-2.2.1-3].
    int packetId() throws BadPacketException {
        int id = u16();
        if (id == 0) {
            throw BadPacketException.protocolError("a packet identifier is 0");
        }
        return id;
    }

    int variableByteInteger() throws BadPacketException {
        int value = 0;
        for (int shift = 0; shift < 28; shift += 7) {
            int digit = in.getByte(take(1));
            value |= (digit & 0x7F) << shift;
            if (digit >= 0) {
                if (digit == 0 && shift > 0) {
                    throw BadPacketException.malformed("a length takes more bytes than it needs");
                }
                return value;
            }
        }
        throw BadPacketException.malformed("a variable byte integer of more than four bytes");
    }

    String string() throws BadPacketException {
        int length = u16();
        return Utf8.read(in, take(length), length);
    }

    byte[] binary() throws BadPacketException {
        int length = u16();
        byte[] bytes = new byte[length];
        in.getBytes(take(length), bytes);
        return bytes;
    }

    /// The properties that follow here.
    PropertyReader properties(long allowed) throws BadPacketException {
        int length = variableByteInteger();
        int start = take(length);
        return new PropertyReader(new Cursor(in, start, start + length), allowed);
    }
}
