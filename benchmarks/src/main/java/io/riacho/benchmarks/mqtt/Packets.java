package io.riacho.benchmarks.mqtt;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// The packets that a client sends, as bytes (MQTT 3.1.1 and 5.0, chapter 3).
///
/// @param level the protocol level: 4 for MQTT 3.1.1, 5 for MQTT 5.0
record Packets(int level) {

    static final Packets MQTT_3_1_1 = new Packets(4);
    static final Packets MQTT_5 = new Packets(5);

    static final int CONNACK = 0x20;
    static final int PUBLISH = 0x30;
    static final int PUBACK = 0x40;
    static final int PUBREC = 0x50;
    static final int PUBREL = 0x62;
    static final int PUBCOMP = 0x70;
    static final int SUBACK = 0x90;
    static final int PINGRESP = 0xD0;

    private static final int CLEAN = 2;
    private static final int RECEIVE_MAXIMUM = 0x21;

    boolean isFive() {
        return level == 5;
    }

    @Override
    public String toString() {
        return isFive() ? "MQTT 5" : "MQTT 3.1.1";
    }

    /// A CONNECT with a clean session.
    byte[] connect(String clientId, int keepAliveSeconds) {
        Body body = new Body().text("MQTT").u8(level).u8(CLEAN).u16(keepAliveSeconds);
        return properties(body).text(clientId).packet(0x10);
    }

    /// A SUBSCRIBE to one filter.
    byte[] subscribe(int packetId, String filter, int qos) {
        Body body = new Body().u16(packetId);
        return properties(body).text(filter).u8(qos).packet(0x82);
    }

    /// A PUBLISH, without properties.
    ///
    /// @param packetId any for QoS 0, which has none
    byte[] publish(String topic, int qos, int packetId, byte[] payload) {
        Body body = new Body().text(topic);
        if (qos > 0) {
            body.u16(packetId);
        }
        return properties(body).raw(payload).packet(PUBLISH | qos << 1);
    }

    private Body properties(Body body) {
        return isFive() ? body.u8(0) : body;
    }

    /// Four bytes that acknowledge something.
    static int acknowledgement(int type, int packetId) {
        return type << 24 | 2 << 16 | packetId;
    }

    static int u16(byte[] in, int at) {
        return (in[at] & 0xFF) << 8 | (in[at + 1] & 0xFF);
    }

    /// How many messages a server takes before it has acknowledged the first, from its CONNACK (5.0,
    /// 3.2.2.3.3).
    int receiveMaximum(byte[] in, int start, int end) {
        int most = 65_535;
        if (!isFive()) {
            return most;
        }
        // Behind flags, code and the properties' length, which is one byte for what fits here.
        int at = start + 3;
        while (at < end) {
            int property = in[at++];
            switch (property) {
                case RECEIVE_MAXIMUM -> {
                    return u16(in, at);
                }
                case 0x13, 0x22 -> at += 2;
                case 0x11, 0x27 -> at += 4;
                case 0x24, 0x25, 0x28, 0x29, 0x2A -> at += 1;
                case 0x12, 0x15, 0x16, 0x1A, 0x1C, 0x1F -> at += 2 + u16(in, at);
                default -> throw new IllegalStateException("property " + property + " in CONNACK");
            }
        }
        return most;
    }

    /// What follows the fixed header.
    private static final class Body {

        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Body u8(int value) {
            out.write(value);
            return this;
        }

        Body u16(int value) {
            return u8(value >> 8).u8(value);
        }

        Body raw(byte[] bytes) {
            out.writeBytes(bytes);
            return this;
        }

        Body text(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            return u16(bytes.length).raw(bytes);
        }

        byte[] packet(int first) {
            Body whole = new Body().u8(first);
            int rest = out.size();
            while (rest >= 0x80) {
                whole.u8((rest & 0x7F) | 0x80);
                rest >>= 7;
            }
            return whole.u8(rest).raw(out.toByteArray()).out.toByteArray();
        }
    }
}
