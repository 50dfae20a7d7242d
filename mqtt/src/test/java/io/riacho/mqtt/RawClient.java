package io.riacho.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/// A socket that sends bytes and reads packets: what a client may do, and what none would.
final class RawClient implements AutoCloseable {

    static final int CONNACK = 0x20;
    static final int PUBACK = 0x40;
    static final int PUBREC = 0x50;
    static final int PUBREL = 0x62;
    static final int PUBCOMP = 0x70;
    static final int SUBACK = 0x90;
    static final int UNSUBACK = 0xB0;
    static final int PINGRESP = 0xD0;
    static final int DISCONNECT = 0xE0;

    private static final int TIMEOUT_MILLIS = 10_000;

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;
    private final ServerPackets book = new ServerPackets();
    private int level = 4;

    /// A packet from the server.
    @SuppressWarnings("ArrayRecordComponent") // read by index, never compared
    record Packet(int first, byte[] body) {

        int u8(int index) {
            return body[index] & 0xFF;
        }

        int u16(int index) {
            return u8(index) << 8 | u8(index + 1);
        }

        boolean isPublish() {
            return (first & 0xF0) == 0x30;
        }

        int qos() {
            return first >> 1 & 3;
        }

        boolean dup() {
            return (first & 8) != 0;
        }

        boolean retain() {
            return (first & 1) != 0;
        }

        String topic() {
            return new String(body, 2, u16(0), StandardCharsets.UTF_8);
        }

        /// Of a PUBLISH of QoS 1 or 2.
        int publishId() {
            return u16(2 + u16(0));
        }

        private int afterId() {
            return 2 + u16(0) + (qos() == 0 ? 0 : 2);
        }

        /// Of an MQTT 5 PUBLISH; short ones only.
        byte[] publishProperties() {
            int at = afterId();
            byte[] properties = new byte[u8(at)];
            System.arraycopy(body, at + 1, properties, 0, properties.length);
            return properties;
        }

        String payload(int level) {
            int at = afterId();
            at += level == 5 ? 1 + u8(at) : 0;
            return new String(body, at, body.length - at, StandardCharsets.UTF_8);
        }
    }

    RawClient(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
        out = socket.getOutputStream();
    }

    /// Connected with a clean session.
    static RawClient connected(int port, int level, String id) throws IOException {
        return connected(port, Bytes.connect(level, id, true), level);
    }

    static RawClient connected(int port, Bytes connect, int level) throws IOException {
        RawClient client = new RawClient(port);
        client.level = level;
        client.send(connect);
        Packet connack = client.expect(CONNACK);
        assertThat(connack.u8(1)).as("return code").isZero();
        return client;
    }

    int level() {
        return level;
    }

    RawClient send(Bytes bytes) throws IOException {
        book.sent(bytes.array());
        out.write(bytes.array());
        out.flush();
        return this;
    }

    Packet read() throws IOException {
        int first = in.readUnsignedByte();
        int length = 0;
        int shift = 0;
        int digit;
        do {
            digit = in.readUnsignedByte();
            length |= (digit & 0x7F) << shift;
            shift += 7;
        } while (digit >= 0x80);
        byte[] body = new byte[length];
        in.readFully(body);
        book.came(first, shift / 7, body);
        return new Packet(first, body);
    }

    Packet expect(int first) throws IOException {
        Packet packet = read();
        assertThat(packet.first()).as("first byte").isEqualTo(first);
        return packet;
    }

    Packet expectPublish(String payload) throws IOException {
        Packet packet = read();
        assertThat(packet.isPublish()).as("PUBLISH, not %x", packet.first()).isTrue();
        assertThat(packet.payload(level)).isEqualTo(payload);
        return packet;
    }

    /// Nothing was sent before the answer to a PINGREQ that is sent now.
    void expectNothing() throws IOException {
        send(Bytes.pingreq());
        expect(PINGRESP);
    }

    /// A subscription, granted.
    RawClient subscribe(String filter, int options) throws IOException {
        send(Bytes.subscribe(level, 1, filter, options));
        Packet suback = expect(SUBACK);
        assertThat(suback.u8(suback.body().length - 1)).isEqualTo(options & 3);
        return this;
    }

    /// The connection ends; MQTT 5: with a DISCONNECT of this code.
    void expectEnd(int code) throws IOException {
        if (level == 5) {
            assertThat(expect(DISCONNECT).u8(0)).as("reason code").isEqualTo(code);
        }
        expectClosed();
    }

    void expectClosed() throws IOException {
        try {
            int next = in.read();
            assertThat(next).as("end of stream").isEqualTo(-1);
        } catch (SocketException | EOFException e) {
            assertThat(e).isNotNull();
        }
    }

    RawClient level(int with) {
        level = with;
        return this;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
