package io.riacho.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.riacho.mqtt.packet.AckPacket;
import io.riacho.mqtt.packet.BadPacketException;
import io.riacho.mqtt.packet.ConnectPacket;
import io.riacho.mqtt.packet.DisconnectPacket;
import io.riacho.mqtt.packet.FrameReader;
import io.riacho.mqtt.packet.PacketType;
import io.riacho.mqtt.packet.PublishFrame;
import io.riacho.mqtt.packet.SubscribePacket;
import io.riacho.mqtt.packet.Topics;
import io.riacho.mqtt.packet.UnsubscribePacket;
import io.riacho.mqtt.packet.Version;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The packet readers by themselves, MQTT 3.1.1 and 5: whatever the bytes, they give packets or a
/// [BadPacketException], and look at nothing outside the packet. `./dev fuzz packets` looks for inputs
/// that break this; what it finds becomes a seed here.
public class PacketsFuzzTest {

    private static final int PACKET_BYTES_MAX = 1 << 20;

    /// One input for each packet, in both versions.
    public static List<byte[]> seeds() {
        return Stream.of(4, 5)
                .flatMap(level ->
                        Stream.of(
                                Bytes.connect(level, "c", true),
                                Bytes.connect(level, "c", false, 9, properties(0x11)),
                                Bytes.connectWithWill(
                                        level,
                                        "c",
                                        0x28,
                                        properties(0x27),
                                        properties(0x18),
                                        "w",
                                        "will"),
                                Bytes.publish(level, "a/b", 1, 7, "payload"),
                                Bytes.publish(
                                        level,
                                        0x0B,
                                        "a",
                                        8,
                                        properties(0x02).u8(0x26).text("k").text("v"),
                                        ""),
                                Bytes.publish(
                                        level,
                                        2,
                                        "",
                                        9,
                                        Bytes.of(0x23, 0, 1, 0x01, 1, 0x03)
                                                .text("application/json")
                                                .u8(0x08)
                                                .text("r")
                                                .u8(0x09)
                                                .text("d"),
                                        "{}"),
                                Bytes.subscribe(level, 1, "$share/g/a/+/#", 1),
                                Bytes.subscribe(level, 2, Bytes.of(0x0B, 5), "#", 0x2E),
                                Bytes.unsubscribe(level, 3, "a/#", "b"),
                                Bytes.ack(0x40, 4),
                                Bytes.of(0x50, 4, 0, 5, 0x10, 0),
                                Bytes.of(0x62, 4, 0, 6, 0x92, 0),
                                Bytes.ack(0x70, 4),
                                Bytes.pingreq(),
                                Bytes.disconnect(),
                                Bytes.of(0xE0, 7, 4, 5).raw(properties(0x11))))
                .map(Bytes::array)
                .toList();
    }

    private static Bytes properties(int fourByteProperty) {
        return Bytes.of(fourByteProperty).u32(100);
    }

    /// What Jazzer calls.
    public static void fuzzerTestOneInput(byte[] input) {
        for (Version version : Version.values()) {
            read(input, version);
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void noInputButABadPacket(byte[] input) {
        for (int length = 0; length <= input.length; length++) {
            byte[] cut = Arrays.copyOf(input, length);
            assertThatCode(() -> fuzzerTestOneInput(cut)).doesNotThrowAnyException();
        }
    }

    private static void read(byte[] input, Version version) {
        ByteBuf in = Unpooled.wrappedBuffer(input);
        FrameReader frames = new FrameReader(PACKET_BYTES_MAX);
        frames.speaks(version);
        try {
            int from = 0;
            while (frames.next(in)) {
                assertThat(frames.start()).isGreaterThan(from);
                assertThat(frames.end()).isBetween(frames.start(), input.length);
                assertThat(in.readerIndex()).isEqualTo(frames.end());
                // Reading beyond the packet is beyond this buffer.
                packet(in.slice(0, frames.end()), frames, version);
                from = frames.end();
            }
            assertThat(in.readerIndex()).isEqualTo(from);
        } catch (BadPacketException e) {
            assertThat(e.reason()).isNotEmpty();
            assertThat(e.code().isError()).isTrue();
        }
    }

    private static void packet(ByteBuf in, FrameReader frames, Version version)
            throws BadPacketException {
        int start = frames.start();
        int end = frames.end();
        switch (frames.type()) {
            case PacketType.CONNECT -> {
                assertThat(ConnectPacket.level(in, start, end)).isBetween(0, 255);
                assertThat(ConnectPacket.read(in, start, end, version).clientId()).isNotNull();
            }
            case PacketType.PUBLISH -> publish(in, frames, version);
            case PacketType.PUBACK, PacketType.PUBREC, PacketType.PUBREL, PacketType.PUBCOMP -> {
                int ack = AckPacket.read(in, frames.type(), start, end, version);
                assertThat(AckPacket.packetId(ack)).isBetween(1, 65_535);
            }
            case PacketType.SUBSCRIBE -> {
                SubscribePacket read = SubscribePacket.read(in, start, end, version);
                assertThat(read.packetId()).isBetween(1, 65_535);
                assertThat(read.entries()).isNotEmpty();
                read.entries().forEach(each -> filter(each.filter()));
            }
            case PacketType.UNSUBSCRIBE -> {
                UnsubscribePacket read = UnsubscribePacket.read(in, start, end, version);
                assertThat(read.packetId()).isBetween(1, 65_535);
                assertThat(read.filters()).isNotEmpty();
                read.filters().forEach(PacketsFuzzTest::filter);
            }
            case PacketType.DISCONNECT ->
                    assertThat(DisconnectPacket.read(in, start, end, version).code()).isNotNull();
            default -> {
                // No body of its own that a server reads.
            }
        }
    }

    private static void publish(ByteBuf in, FrameReader frames, Version version)
            throws BadPacketException {
        PublishFrame frame = new PublishFrame();
        frame.read(in, frames.header(), frames.start(), frames.end(), version);
        assertThat(frame.topicStart()).isGreaterThanOrEqualTo(frames.start());
        assertThat(frame.payloadStart())
                .isGreaterThanOrEqualTo(frame.topicStart() + frame.topicBytes());
        assertThat(frame.payloadBytes()).isNotNegative();
        assertThat(frame.payloadStart() + frame.payloadBytes()).isEqualTo(frames.end());
        filter(frame.topic(in));
    }

    private static void filter(String text) {
        if (Topics.isFilter(text, 16) && Topics.isShared(text)) {
            assertThat(Topics.shareName(text)).isNotEmpty();
            assertThat(Topics.unshared(text)).isNotEmpty();
        }
        if (Topics.isName(text, 16) && !text.startsWith("$")) {
            assertThat(Topics.matches("#", text)).isTrue();
            assertThat(Topics.matches(text, text)).isTrue();
        }
    }
}
