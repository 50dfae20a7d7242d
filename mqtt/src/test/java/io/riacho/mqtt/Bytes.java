package io.riacho.mqtt;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// Packets as a client writes them, by hand: nothing of the server's own code is in them.
final class Bytes {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    static Bytes of(int... bytes) {
        return new Bytes().u8(bytes);
    }

    Bytes u8(int... bytes) {
        for (int each : bytes) {
            out.write(each);
        }
        return this;
    }

    Bytes u16(int value) {
        return u8(value >> 8, value);
    }

    Bytes u32(long value) {
        return u16((int) (value >> 16) & 0xFFFF).u16((int) value & 0xFFFF);
    }

    Bytes text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return u16(bytes.length).raw(bytes);
    }

    Bytes raw(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    Bytes raw(Bytes bytes) {
        return raw(bytes.array());
    }

    Bytes length(int value) {
        int rest = value;
        while (rest >= 0x80) {
            u8((rest & 0x7F) | 0x80);
            rest >>= 7;
        }
        return u8(rest);
    }

    byte[] array() {
        return out.toByteArray();
    }

    int size() {
        return out.size();
    }

    /// Behind their length, as MQTT 5 has them.
    static Bytes properties(Bytes properties) {
        return new Bytes().length(properties.size()).raw(properties);
    }

    static Bytes packet(int first, Bytes body) {
        return of(first).length(body.size()).raw(body);
    }

    // ---- packets; the level (4 or 5) decides whether there are properties

    static Bytes connect(int level, String id, boolean clean) {
        return connect(level, id, clean, 0, of());
    }

    static Bytes connect(int level, String id, boolean clean, int keepAlive, Bytes properties) {
        Bytes body = new Bytes().text("MQTT").u8(level, clean ? 2 : 0).u16(keepAlive);
        if (level == 5) {
            body.raw(properties(properties));
        }
        return packet(0x10, body.text(id));
    }

    /// A CONNECT with a will; the flags are those of QoS and retain.
    static Bytes connectWithWill(
            int level,
            String id,
            int willFlags,
            Bytes properties,
            Bytes willProperties,
            String topic,
            String payload) {
        Bytes body = new Bytes().text("MQTT").u8(level, 2 | 4 | willFlags).u16(0);
        if (level == 5) {
            body.raw(properties(properties));
        }
        body.text(id);
        if (level == 5) {
            body.raw(properties(willProperties));
        }
        return packet(0x10, body.text(topic).text(payload));
    }

    static Bytes publish(int level, String topic, int qos, int id, String payload) {
        return publish(level, qos << 1, topic, id, of(), payload);
    }

    static Bytes publish(
            int level, int flags, String topic, int id, Bytes properties, String payload) {
        Bytes body = new Bytes().text(topic);
        if ((flags & 6) != 0) {
            body.u16(id);
        }
        if (level == 5) {
            body.raw(properties(properties));
        }
        return packet(0x30 | flags, body.raw(payload.getBytes(StandardCharsets.UTF_8)));
    }

    static Bytes subscribe(int level, int id, String filter, int options) {
        return subscribe(level, id, of(), filter, options);
    }

    static Bytes subscribe(int level, int id, Bytes properties, String filter, int options) {
        Bytes body = new Bytes().u16(id);
        if (level == 5) {
            body.raw(properties(properties));
        }
        return packet(0x82, body.text(filter).u8(options));
    }

    static Bytes unsubscribe(int level, int id, String... filters) {
        Bytes body = new Bytes().u16(id);
        if (level == 5) {
            body.u8(0);
        }
        for (String each : filters) {
            body.text(each);
        }
        return packet(0xA2, body);
    }

    static Bytes ack(int first, int id) {
        return of(first, 2).u16(id);
    }

    static Bytes disconnect() {
        return of(0xE0, 0);
    }

    static Bytes pingreq() {
        return of(0xC0, 0);
    }
}
