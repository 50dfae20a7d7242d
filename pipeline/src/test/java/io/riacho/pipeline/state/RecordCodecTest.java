package io.riacho.pipeline.state;

import static io.riacho.mqtt.packet.PublishProperties.NONE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.riacho.api.commands.Command;
import io.riacho.api.commands.Overrides;
import io.riacho.api.devices.Device;
import io.riacho.mqtt.packet.Qos;
import io.riacho.mqtt.session.Message;
import io.riacho.mqtt.session.SessionChange;
import io.riacho.mqtt.session.SessionChangeFormat;
import io.riacho.pipeline.record.CorruptRecordException;
import io.riacho.pipeline.record.JournalRecord;
import io.riacho.pipeline.state.commands.CommandRecord.CommandExpirySet;
import io.riacho.pipeline.state.commands.CommandRecord.CommandMoved;
import io.riacho.pipeline.state.commands.CommandRecord.ManuallyOrdered;
import io.riacho.pipeline.state.commands.CommandRecord.ManuallyOrdered.Mode;
import io.riacho.pipeline.state.devices.DeviceEvent;
import io.riacho.pipeline.state.series.ReadingsBuilder;
import io.riacho.pipeline.state.series.SeriesRecord.ClockTick;
import io.riacho.pipeline.state.series.SeriesRecord.Readings;
import io.riacho.pipeline.state.series.SeriesRecord.Resolved;
import io.riacho.pipeline.state.series.SeriesRecord.RulesSet;
import io.riacho.pipeline.state.series.SeriesRecord.SealedUpTo;
import io.riacho.pipeline.state.series.SeriesRecord.SeriesDefined;
import io.riacho.pipeline.state.sessions.SessionRecordCodec;
import io.riacho.pipeline.state.sessions.SessionsChanged;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RecordCodecTest {

    static List<JournalRecord> records() {
        return List.of(
                new SeriesDefined(7, "estufa-ção", "temperature"),
                new Resolved(3, 99, true, -1.5),
                new Resolved(3, 100, false, 0),
                new SealedUpTo(1L << 40),
                new ClockTick(1_763_668_800_000_000L),
                new RulesSet(ByteBuffer.wrap(new byte[] {1, 2, -3}).asReadOnlyBuffer()),
                new CommandExpirySet(3_600_000_000L),
                new CommandMoved("d", "0a1b", Command.State.ACKNOWLEDGED, 5, 6),
                new DeviceEvent.Connected("válvula", 5, "10.0.0.1", "MQTT 5.0", 90_000),
                new DeviceEvent.Left("d", 5, "keep-alive", 4),
                new DeviceEvent.Reported(
                        "d",
                        5,
                        Device.Report.Kind.DIAGNOSTICS,
                        "€".repeat(Device.REPORT_CHARS_MAX)),
                new DeviceEvent.Seen(List.of("a", "b"), 5),
                new ManuallyOrdered(List.of("pump", "válvula"), Mode.ON, 1_000, 5, 6),
                new ManuallyOrdered(
                        List.of("p"), Mode.RELEASE, -1, 5, Overrides.ActiveOverride.UNTIL_CLEARED));
    }

    @ParameterizedTest
    @MethodSource("records")
    void whatIsWrittenIsReadBackWithinItsBound(JournalRecord record) {
        ByteBuffer bytes = written(record);
        assertThat(bytes.remaining()).isLessThanOrEqualTo(RecordCodec.bytesMax(record));
        assertThat(RecordCodec.read(bytes)).isEqualTo(record);
        assertThat(bytes.hasRemaining()).isFalse();
    }

    @Test
    void readingsKeepTheirColumns() {
        ReadingsBuilder builder = new ReadingsBuilder(2, 42);
        for (int i = 0; i < 1_000; i++) {
            builder.add(i % 7, 1_000L + i, i / 3.0, i % 5 == 0, i % 3 == 0 ? "°C" : null);
        }
        Readings before = builder.build();
        ByteBuffer bytes = written(before);
        assertThat(bytes.remaining()).isLessThanOrEqualTo(RecordCodec.bytesMax(before));
        Readings after = (Readings) RecordCodec.read(bytes);
        assertThat(after.size()).isEqualTo(1_000);
        assertThat(after.source()).isEqualTo(2);
        assertThat(after.receivedAtMicros()).isEqualTo(42);
        assertThat(after.series()).isEqualTo(Arrays.copyOf(before.series(), 1_000));
        assertThat(after.timestamps()).isEqualTo(Arrays.copyOf(before.timestamps(), 1_000));
        assertThat(after.values()).isEqualTo(Arrays.copyOf(before.values(), 1_000));
        assertThat(after.given()).isEqualTo(Arrays.copyOf(before.given(), 1_000));
        assertThat(after.units()).isEqualTo(Arrays.copyOf(before.units(), 1_000));
    }

    /// The bytes of version 1, as `docs/formats/records.md` has them.
    @Test
    void theBytesAreThoseOfVersionOne() {
        ReadingsBuilder builder = new ReadingsBuilder(3, 0x0102030405060708L);
        builder.add(5, 16, 1.0, false, "C");
        assertThat(HexFormat.of().formatHex(array(written(builder.build()))))
                .isEqualTo(
                        "02"
                                + "02"
                                + "03"
                                + "0807060504030201"
                                + "01000000"
                                + "05000000"
                                + "1000000000000000"
                                + "000000000000f03f"
                                + "0100"
                                + "43");
        assertThat(HexFormat.of().formatHex(array(written(new SeriesDefined(1, "s1", "m")))))
                .isEqualTo("01" + "01000000" + "0200" + "7331" + "0100" + "6d");
        assertThat(
                        HexFormat.of()
                                .formatHex(
                                        array(
                                                written(
                                                        new ManuallyOrdered(
                                                                List.of("p", "q"),
                                                                Mode.OFF,
                                                                7,
                                                                1,
                                                                2)))))
                .isEqualTo(
                        "09"
                                + "0300"
                                + "6f6666"
                                + "07000000"
                                + "0100000000000000"
                                + "0200000000000000"
                                + "0200"
                                + "010070"
                                + "010071");
        DeviceEvent left = new DeviceEvent.Left("d", 1, "x", 2);
        assertThat(HexFormat.of().formatHex(array(written(left))))
                .isEqualTo(
                        "0a"
                                + "0400"
                                + "6c656674"
                                + "0100000000000000"
                                + "0100"
                                + "64"
                                + "0100"
                                + "78"
                                + "0200000000000000");
        assertThat(HexFormat.of().formatHex(array(written(new SealedUpTo(2)))))
                .isEqualTo("04" + "0200000000000000");
    }

    @Test
    void sessionChangesAreReadBackAsTheyWere() {
        Message message =
                new Message("t", new byte[] {1, 2}, Qos.EXACTLY_ONCE, true, NONE, Message.NEVER);
        List<SessionChange> changes =
                List.of(
                        new SessionChange.Opened("c", true, 60),
                        new SessionChange.Retained("t", message),
                        new SessionChange.Received("c", 7));
        ByteBuf encoded = Unpooled.buffer();
        changes.forEach(each -> SessionChangeFormat.write(each, encoded));
        ByteBuffer bytes = written(SessionRecordCodec.record(ByteBufUtil.getBytes(encoded)));
        assertThat(HexFormat.of().formatHex(array(bytes)))
                .startsWith("08" + "43000000" + "01" + "00000001" + "63");
        SessionsChanged after = (SessionsChanged) RecordCodec.read(bytes.duplicate());
        assertThat(after.changes()).hasSize(3).contains(changes.getFirst(), changes.getLast());
        assertThat(written(after)).isEqualTo(bytes);
        // Cut anywhere, it is no record.
        for (int cut = 1; cut < bytes.remaining(); cut++) {
            ByteBuffer part = bytes.duplicate().limit(cut);
            assertThatThrownBy(() -> RecordCodec.read(part))
                    .isInstanceOf(CorruptRecordException.class);
        }
    }

    @Test
    void bytesThatAreNoRecordAreRefusedWithAReason() {
        assertThatThrownBy(() -> RecordCodec.read(ByteBuffer.wrap(new byte[] {99})))
                .isInstanceOf(CorruptRecordException.class)
                .hasMessageContaining("unknown journal record type 99");
        ByteBuffer whole = written(new SeriesDefined(1, "s1", "m"));
        for (int cut = 1; cut < whole.remaining(); cut++) {
            ByteBuffer part = whole.duplicate().order(ByteOrder.LITTLE_ENDIAN).limit(cut);
            assertThatThrownBy(() -> RecordCodec.read(part))
                    .isInstanceOf(CorruptRecordException.class);
        }
    }

    private static ByteBuffer written(JournalRecord record) {
        ByteBuffer bytes = ByteBuffer.allocate(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
        RecordCodec.write(record, bytes);
        return bytes.flip();
    }

    private static byte[] array(ByteBuffer bytes) {
        byte[] array = new byte[bytes.remaining()];
        bytes.duplicate().get(array);
        return array;
    }
}
