package io.riacho.mqtt.packet;

import io.netty.buffer.ByteBuf;

/// Finds one control packet after another in a buffer. One per connection, used on its thread.
public final class FrameReader {

    private final int packetBytesMax;
    private boolean minimal;

    private int header;
    private int start;
    private int end;

    /// A reader that has read nothing.
    ///
    /// @param packetBytesMax the largest packet taken, in bytes, its fixed header included
    public FrameReader(int packetBytesMax) {
        this.packetBytesMax = packetBytesMax;
    }

    /// From now on lengths must use as few bytes as they can [MQTT-1.5.5-1].
    public void speaks(Version version) {
        minimal = version == Version.MQTT_5;
    }

    /// Finds the next packet and moves the buffer's reader index behind it.
    ///
    /// @return false when it is not all there yet; the buffer is then as before
    /// @throws BadPacketException when it cannot be a packet or is too large, as soon as its length
    ///     is known
    public boolean next(ByteBuf in) throws BadPacketException {
        int from = in.readerIndex();
        int to = in.writerIndex();
        if (to - from < 2) {
            return false;
        }
        int first = in.getUnsignedByte(from);
        checkHeader(first);
        int length = 0;
        int at = from + 1;
        int shift = 0;
        while (true) {
            if (at == to) {
                return false;
            }
            int digit = in.getByte(at++);
            length |= (digit & 0x7F) << shift;
            if (digit >= 0) {
                if (digit == 0 && shift > 0 && minimal) {
                    throw BadPacketException.malformed("a length takes more bytes than it needs");
                }
                break;
            }
            shift += 7;
            if (shift == 28) {
                throw BadPacketException.malformed("a remaining length of more than four bytes");
            }
        }
        if (at - from + (long) length > packetBytesMax) {
            throw new BadPacketException(
                    ReasonCode.PACKET_TOO_LARGE,
                    "a packet of "
                            + (at - from + (long) length)
                            + " bytes; at most "
                            + packetBytesMax
                            + " are taken");
        }
        if (to - at < length) {
            return false;
        }
        header = first;
        start = at;
        end = at + length;
        in.readerIndex(end);
        return true;
    }

    private static void checkHeader(int first) throws BadPacketException {
        int flags = first & 0x0F;
        int wanted =
                switch (first >> 4) {
                    case PacketType.PUBLISH -> flags;
                    case PacketType.PUBREL, PacketType.SUBSCRIBE, PacketType.UNSUBSCRIBE -> 2;
                    case 0 -> throw BadPacketException.malformed("packet type 0 is reserved");
                    default -> 0;
                };
        if (flags != wanted) {
            throw BadPacketException.malformed("reserved flags are set in the fixed header");
        }
    }

    /// One of [PacketType].
    public int type() {
        return header >> 4;
    }

    /// The first byte.
    public int header() {
        return header;
    }

    /// Where what follows the fixed header begins.
    public int start() {
        return start;
    }

    public int end() {
        return end;
    }
}
