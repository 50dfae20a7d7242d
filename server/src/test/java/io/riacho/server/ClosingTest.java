package io.riacho.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.riacho.testkit.HttpCalls;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/// A server that is closed while clients are connected ends in good order, and its log says so.
class ClosingTest {

    /// So that each event loop of the door has some.
    private static final int DEVICES = 8;

    /// MQTT 5, a session of an hour, keep-alive 60 s.
    private static final byte[] CONNECT_BEFORE_ID =
            HexFormat.of().parseHex("00044d515454050000" + "3c05" + "1100000e10");

    @TempDir Path data;

    @Test
    void closingWhileClientsWithSessionsAreConnectedIsNothingToWarnOf() throws Exception {
        Riacho riacho =
                Riacho.start(
                        ServerConfig.sources()
                                .anyPorts()
                                .flag("data", data.toString())
                                .flag("retention.free-disk-bytes-min", "0")
                                .load()
                                .config());
        List<Socket> devices = new ArrayList<>();
        for (int i = 0; i < DEVICES; i++) {
            devices.add(connect(riacho.address("mqtt"), "device-" + i));
        }
        List<Thread> publishing = new ArrayList<>();
        for (Socket each : devices) {
            publishing.add(Thread.ofVirtual().start(() -> publishUntilClosed(each)));
        }
        Awaitility.await()
                .atMost(60, TimeUnit.SECONDS)
                .untilAsserted(() ->
                        assertThat(HttpCalls.get(riacho.address("http"), "/metrics"))
                                .containsPattern("riacho_mqtt_data_messages_total [1-9]"));
        Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        ListAppender<ILoggingEvent> said = new ListAppender<>();
        said.start();
        root.addAppender(said);
        try {
            riacho.close();
        } finally {
            root.detachAppender(said);
        }
        assertThat(said.list)
                .filteredOn(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
                .extracting(ILoggingEvent::toString)
                .isEmpty();
        for (Socket each : devices) {
            each.close();
        }
        for (Thread each : publishing) {
            each.join();
        }
    }

    /// Readings, QoS 1, without waiting for a PUBACK.
    private static void publishUntilClosed(Socket socket) {
        byte[] topic = "irrigation/sensors/s/data".getBytes(StandardCharsets.UTF_8);
        byte[] payload = "{\"value\":1}".getBytes(StandardCharsets.UTF_8);
        ByteBuffer packet = ByteBuffer.allocate(7 + topic.length + payload.length);
        packet.put((byte) 0x32);
        packet.put((byte) (packet.capacity() - 2));
        packet.putShort((short) topic.length);
        packet.put(topic);
        int id = packet.position();
        packet.putShort((short) 1);
        packet.put((byte) 0);
        packet.put(payload);
        try (socket) {
            OutputStream out = new BufferedOutputStream(socket.getOutputStream());
            InputStream in = socket.getInputStream();
            for (int number = 0; true; number++) {
                packet.putShort(id, (short) (1 + number % 65_000));
                out.write(packet.array());
                in.skip(in.available());
            }
        } catch (IOException _) {
            // It is closed, by one side or the other.
        }
    }

    /// A client that does not close its side when it is sent away.
    private static Socket connect(InetSocketAddress door, String id) throws IOException {
        byte[] name = id.getBytes(StandardCharsets.UTF_8);
        ByteBuffer packet = ByteBuffer.allocate(4 + CONNECT_BEFORE_ID.length + name.length);
        packet.put((byte) 0x10);
        packet.put((byte) (2 + CONNECT_BEFORE_ID.length + name.length));
        packet.put(CONNECT_BEFORE_ID);
        packet.putShort((short) name.length);
        packet.put(name);
        Socket socket = new Socket(door.getAddress(), door.getPort());
        socket.getOutputStream().write(packet.array(), 0, packet.position());
        assertThat(socket.getInputStream().read()).as("CONNACK").isEqualTo(0x20);
        return socket;
    }
}
