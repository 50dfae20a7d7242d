package io.riacho.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.riacho.mqtt.spi.WebSocketGuard;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The HTTP request that is to become a WebSocket, and frames of any size.
class WebSocketTest {

    private static final WebSocketGuard NO_FOREIGNER =
            request ->
                    "http://evil.example".equals(request.headers().get("Origin"))
                            ? new WebSocketGuard.Refused(403, "not from there")
                            : null;

    private static TestServer start() {
        return TestServer.builder()
                .listeners(Listener.webSocket("127.0.0.1", 0).guardedBy(NO_FOREIGNER))
                .start();
    }

    private static Socket open(TestServer server) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
        socket.setSoTimeout(5_000);
        return socket;
    }

    private static String upgrade(String path, String protocol, String more) {
        return "GET "
                + path
                + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
                + (protocol.isEmpty() ? "" : "Sec-WebSocket-Protocol: " + protocol + "\r\n")
                + more
                + "\r\n";
    }

    private static String statusOf(Socket socket, String request) throws IOException {
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        return head(new DataInputStream(socket.getInputStream())).split(" ", -1)[1];
    }

    private static String head(DataInputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        while (!head.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
            head.write(in.readUnsignedByte());
        }
        return head.toString(StandardCharsets.US_ASCII);
    }

    @ParameterizedTest
    @CsvSource({
        "/mqtt, mqtt, '', 101",
        "/mqtt?x=1, 'other, mqtt', '', 101",
        "/, mqtt, '', 404",
        "/mqttx, mqtt, '', 404",
        "/mqtt, mqttv3.1, '', 400",
        "/mqtt, '', '', 400",
        "/mqtt, mqtt, 'Origin: http://evil.example', 403"
    })
    void requestThatCannotBecomeAWebSocketIsAnsweredAtOnce(
            String path, String protocol, String header, String status) throws IOException {
        try (TestServer server = start();
                Socket socket = open(server)) {
            String more = header.isEmpty() ? "" : header + "\r\n";
            assertThat(statusOf(socket, upgrade(path, protocol, more))).isEqualTo(status);
        }
    }

    @Test
    void requestWithoutAnUpgradeIsToldSo() throws IOException {
        try (TestServer server = start();
                Socket socket = open(server)) {
            assertThat(statusOf(socket, "GET /mqtt HTTP/1.1\r\nHost: localhost\r\n\r\n"))
                    .isEqualTo("426");
        }
    }

    @Test
    void frameMayHoldSeveralLargePackets() throws IOException {
        try (TestServer server = start();
                Socket socket = open(server)) {
            assertThat(statusOf(socket, upgrade("/mqtt", "mqtt", ""))).isEqualTo("101");
            String large = "x".repeat(700_000);
            byte[] packets =
                    Bytes.connect(4, "by-ws", true)
                            .raw(Bytes.publish(4, "t", 1, 1, large))
                            .raw(Bytes.publish(4, "t", 1, 2, large))
                            .array();
            sendBinary(socket, packets);
            byte[] answers = new byte[4 + 4 + 4];
            DataInputStream in = new DataInputStream(socket.getInputStream());
            int at = 0;
            while (at < answers.length) {
                assertThat(in.readUnsignedByte()).as("a binary frame").isEqualTo(0x82);
                int length = in.readUnsignedByte();
                in.readFully(answers, at, length);
                at += length;
            }
            assertThat(answers).containsExactly(0x20, 2, 0, 0, 0x40, 2, 0, 1, 0x40, 2, 0, 2);
        }
    }

    @Test
    void pingOfTheWebSocketIsNoSignOfLifeOfMqtt() throws Exception {
        try (TestServer server = start();
                Socket socket = open(server)) {
            assertThat(statusOf(socket, upgrade("/mqtt", "mqtt", ""))).isEqualTo("101");
            sendBinary(socket, Bytes.connect(4, "by-ws", true, 1, Bytes.of()).array());
            long began = System.nanoTime();
            DataInputStream in = new DataInputStream(socket.getInputStream());
            Thread pings =
                    Thread.startVirtualThread(() -> {
                        try {
                            while (true) {
                                socket.getOutputStream()
                                        .write(new byte[] {(byte) 0x89, (byte) 0x80, 0, 0, 0, 0});
                                Thread.sleep(200);
                            }
                        } catch (IOException | InterruptedException e) {
                            assertThat(e).isNotNull();
                        }
                    });
            try {
                while (in.read() >= 0) {
                    assertThat(System.nanoTime() - began).isLessThan(4_000_000_000L);
                }
            } catch (SocketException e) {
                assertThat(e).isNotNull();
            }
            pings.interrupt();
            assertThat(System.nanoTime() - began).isGreaterThan(1_000_000_000L);
        }
    }

    private static void sendBinary(Socket socket, byte[] bytes) throws IOException {
        DataOutputStream out = new DataOutputStream(socket.getOutputStream());
        out.writeByte(0x82);
        if (bytes.length < 126) {
            out.writeByte(0x80 | bytes.length);
        } else {
            out.writeByte(0x80 | 127);
            out.writeLong(bytes.length);
        }
        out.writeInt(0);
        out.write(bytes);
        out.flush();
    }
}
