package io.riacho.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// Holds whatever the server sends on one connection against the specification's tables: forms, flags,
/// codes, properties, what may come when, and the limits that the client gave. Written from the
/// specification; nothing of the server's own code is in it.
///
/// Every client of these tests looks at what it receives by this, so each test proves it for the packets
/// that it makes the server send.
final class ServerPackets {

    private static final int CONNACK = 2;
    private static final int PUBLISH = 3;
    private static final int PUBACK = 4;
    private static final int PUBREC = 5;
    private static final int PUBREL = 6;
    private static final int PUBCOMP = 7;
    private static final int SUBACK = 9;
    private static final int UNSUBACK = 11;
    private static final int PINGRESP = 13;
    private static final int DISCONNECT = 14;

    /// The codes that a server may send (tables 3-1, 3-4 to 3-7, 3-8, 3-9, 3-10).
    private static final Map<Integer, BitSet> CODES =
            Map.of(
                    CONNACK,
                    codes(
                            0x00, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A,
                            0x8C, 0x90, 0x95, 0x97, 0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9F),
                    PUBACK,
                    codes(0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99),
                    PUBREC,
                    codes(0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99),
                    PUBREL,
                    codes(0x00, 0x92),
                    PUBCOMP,
                    codes(0x00, 0x92),
                    SUBACK,
                    codes(0x00, 0x01, 0x02, 0x80, 0x83, 0x87, 0x8F, 0x91, 0x97, 0x9E, 0xA1, 0xA2),
                    UNSUBACK,
                    codes(0x00, 0x11, 0x80, 0x83, 0x87, 0x8F, 0x91),
                    DISCONNECT,
                    codes(
                            0x00, 0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8B, 0x8D, 0x8E, 0x8F, 0x90,
                            0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9E,
                            0x9F, 0xA0, 0xA1, 0xA2));

    /// The properties that each may have (table 2-4).
    private static final Map<Integer, BitSet> PROPERTIES =
            Map.of(
                    CONNACK,
                    codes(
                            0x11, 0x12, 0x13, 0x15, 0x16, 0x1A, 0x1C, 0x1F, 0x21, 0x22, 0x24, 0x25,
                            0x26, 0x27, 0x28, 0x29, 0x2A),
                    PUBLISH,
                    codes(0x01, 0x02, 0x03, 0x08, 0x09, 0x0B, 0x23, 0x26),
                    DISCONNECT,
                    codes(0x1C, 0x1F, 0x26));

    private static final BitSet REASON_AND_USER = codes(0x1F, 0x26);
    private static final Set<Integer> MANY_TIMES = Set.of(0x0B, 0x26);

    private static final int BRIDGE_OF_311 = 0x84;

    private int level = 4;
    private boolean connected;
    private boolean acknowledged;
    private boolean over;
    private long packetBytesMax = Long.MAX_VALUE;
    private int aliasMax;
    private final Set<Integer> aliases = new HashSet<>();

    private static BitSet codes(int... codes) {
        BitSet set = new BitSet();
        Arrays.stream(codes).forEach(set::set);
        return set;
    }

    /// What the client sends: its CONNECT says what holds. One that is wrong on purpose says nothing: it
    /// will be refused.
    void sent(byte[] bytes) {
        if (connected) {
            return;
        }
        connected = true;
        try {
            ByteBuffer in = ByteBuffer.wrap(bytes);
            in.get();
            variableByteInteger(in);
            int name = in.getShort() & 0xFFFF;
            in.position(in.position() + name);
            // Level 5 and what is beyond it is answered as 5 has it.
            int said = in.get() & 0xFF;
            level = said >= 5 && said != BRIDGE_OF_311 ? 5 : 4;
            // The flags and the keep-alive.
            in.position(in.position() + 3);
            if (said == 5) {
                int length = variableByteInteger(in);
                Map<Integer, Long> seen = properties(in.slice(in.position(), length));
                packetBytesMax = seen.getOrDefault(0x27, packetBytesMax);
                aliasMax = (int) (long) seen.getOrDefault(0x22, 0L);
            }
        } catch (RuntimeException | AssertionError e) {
            packetBytesMax = Long.MAX_VALUE;
        }
    }

    /// A packet came.
    ///
    /// @param lengthBytes how many its remaining length took
    void came(int first, int lengthBytes, byte[] body) {
        int type = first >> 4;
        assertThat(over).as("nothing is sent behind a DISCONNECT or a refusal").isFalse();
        assertThat(type == CONNACK).as("CONNACK comes first, and once").isEqualTo(!acknowledged);
        acknowledged = true;
        assertThat(lengthBytes).as("bytes of the length").isEqualTo(sizeOf(body.length));
        if (type != PUBLISH) {
            assertThat(first & 15).as("flags of packet type %d", type).isEqualTo(type == 6 ? 2 : 0);
        }
        if (!refusesWhatWasNoConnect(type, body)) {
            long size = 1L + lengthBytes + body.length;
            assertThat(size).as("size").isLessThanOrEqualTo(packetBytesMax);
        }
        ByteBuffer in = ByteBuffer.wrap(body);
        switch (type) {
            case CONNACK -> connack(in);
            case PUBLISH -> publish(first, in);
            case PUBACK, PUBREC, PUBREL, PUBCOMP -> ack(type, in);
            case SUBACK, UNSUBACK -> answer(type, in);
            case PINGRESP -> assertThat(body).isEmpty();
            case DISCONNECT -> disconnect(in);
            default -> throw new AssertionError("a server sends no packet of type " + type);
        }
        assertThat(in.remaining()).as("bytes behind the last field").isZero();
    }

    /// Malformed, or a protocol error: no limit in it was agreed on, though [#sent] may have read one.
    private boolean refusesWhatWasNoConnect(int type, byte[] body) {
        return level == 5
                && type == CONNACK
                && body.length > 1
                && (body[1] == (byte) 0x81 || body[1] == (byte) 0x82);
    }

    private static boolean allows(int type, int code) {
        BitSet codes = CODES.get(type);
        return codes != null && codes.get(code);
    }

    private void connack(ByteBuffer in) {
        int flags = in.get();
        int code = in.get() & 0xFF;
        assertThat(flags).as("CONNACK's flags").isBetween(0, code == 0 ? 1 : 0);
        over = code != 0;
        if (level == 5) {
            assertThat(allows(CONNACK, code)).as("CONNACK with %x", code).isTrue();
            properties(CONNACK, in);
        } else {
            assertThat(code).isBetween(0, 5);
        }
    }

    private void publish(int first, ByteBuffer in) {
        int qos = first >> 1 & 3;
        assertThat(qos).isLessThan(3);
        assertThat((first & 8) != 0 && qos == 0).as("DUP at QoS 0").isFalse();
        String topic = text(in);
        assertThat(topic).doesNotContain("+", "#", "\0");
        if (qos > 0) {
            assertThat(in.getShort()).as("packet id").isNotZero();
        }
        int alias = 0;
        if (level == 5) {
            alias = (int) (long) properties(PUBLISH, in).getOrDefault(0x23, 0L);
            assertThat(alias).isLessThanOrEqualTo(aliasMax);
        }
        assertThat(topic.isEmpty() && !aliases.contains(alias)).as("no topic").isFalse();
        if (alias > 0) {
            aliases.add(alias);
        }
        in.position(in.limit());
    }

    private void ack(int type, ByteBuffer in) {
        assertThat(in.getShort()).as("packet id").isNotZero();
        if (level == 5 && in.hasRemaining()) {
            int code = in.get() & 0xFF;
            assertThat(allows(type, code)).as("type %d with %x", type, code).isTrue();
            if (in.hasRemaining()) {
                properties(type, in);
            }
        }
    }

    private void answer(int type, ByteBuffer in) {
        assertThat(in.getShort()).as("packet id").isNotZero();
        if (level == 5) {
            properties(type, in);
        } else if (type == UNSUBACK) {
            return;
        }
        assertThat(in.hasRemaining()).as("a code").isTrue();
        while (in.hasRemaining()) {
            int code = in.get() & 0xFF;
            assertThat(allows(type, code)).as("type %d with %x", type, code).isTrue();
            assertThat(level == 5 || code <= 2 || code == 0x80).isTrue();
        }
    }

    private void disconnect(ByteBuffer in) {
        assertThat(level).as("only MQTT 5 has a DISCONNECT of the server").isEqualTo(5);
        over = true;
        if (in.hasRemaining()) {
            int code = in.get() & 0xFF;
            assertThat(allows(DISCONNECT, code)).as("DISCONNECT with %x", code).isTrue();
            if (in.hasRemaining()) {
                properties(DISCONNECT, in);
            }
        }
    }

    private static Map<Integer, Long> properties(int type, ByteBuffer in) {
        int length = variableByteInteger(in);
        Map<Integer, Long> seen = properties(in.slice(in.position(), length));
        in.position(in.position() + length);
        BitSet allowed = PROPERTIES.getOrDefault(type, REASON_AND_USER);
        assertThat(seen.keySet()).as("properties of type %d", type).allMatch(allowed::get);
        return seen;
    }

    /// Numbers by property; 0 for text.
    private static Map<Integer, Long> properties(ByteBuffer in) {
        Map<Integer, Long> seen = new HashMap<>();
        while (in.hasRemaining()) {
            int id = in.get();
            long value =
                    switch (id) {
                        case 0x01, 0x17, 0x19, 0x24, 0x25, 0x28, 0x29, 0x2A -> in.get();
                        case 0x13, 0x21, 0x22, 0x23 -> in.getShort() & 0xFFFF;
                        case 0x02, 0x11, 0x18, 0x27 -> in.getInt() & 0xFFFF_FFFFL;
                        case 0x0B -> variableByteInteger(in);
                        case 0x03, 0x08, 0x12, 0x15, 0x1A, 0x1C, 0x1F -> {
                            text(in);
                            yield 0;
                        }
                        case 0x26 -> {
                            text(in);
                            text(in);
                            yield 0;
                        }
                        case 0x09, 0x16 -> {
                            int length = in.getShort() & 0xFFFF;
                            in.position(in.position() + length);
                            yield 0;
                        }
                        default -> throw new AssertionError("property " + id);
                    };
            Long twice = seen.put(id, value);
            assertThat(twice == null || MANY_TIMES.contains(id)).as("%x once", id).isTrue();
        }
        return seen;
    }

    private static String text(ByteBuffer in) {
        int length = in.getShort() & 0xFFFF;
        ByteBuffer bytes = in.slice(in.position(), length);
        in.position(in.position() + length);
        try {
            CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(bytes);
            assertThat(text.toString()).doesNotContain("\0");
            return text.toString();
        } catch (CharacterCodingException e) {
            throw new AssertionError("text that is not UTF-8", e);
        }
    }

    private static int variableByteInteger(ByteBuffer in) {
        int value = 0;
        for (int shift = 0; shift < 28; shift += 7) {
            int digit = in.get();
            value |= (digit & 0x7F) << shift;
            if (digit >= 0) {
                assertThat(shift > 0 && digit == 0).as("a number longer than needed").isFalse();
                return value;
            }
        }
        throw new AssertionError("a number of more than four bytes");
    }

    private static int sizeOf(int value) {
        return value < 128 ? 1 : value < 16_384 ? 2 : value < 2_097_152 ? 3 : 4;
    }
}
