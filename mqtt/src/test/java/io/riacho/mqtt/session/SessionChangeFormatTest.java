package io.riacho.mqtt.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.riacho.mqtt.packet.PublishProperties;
import io.riacho.mqtt.packet.Qos;
import io.riacho.mqtt.packet.SubscriptionOptions;
import io.riacho.mqtt.packet.UserProperty;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// The durable records of sessions, as bytes and as an image.
class SessionChangeFormatTest {

    private static final Message FULL =
            new Message(
                    "t/é",
                    new byte[] {1, 2, 3},
                    Qos.EXACTLY_ONCE,
                    true,
                    new PublishProperties(
                            true,
                            7,
                            "text/plain",
                            "answers",
                            new byte[] {9},
                            List.of(new UserProperty("k", "v"), new UserProperty("k", "w"))),
                    123_456);

    private static final List<SessionChange> ALL =
            List.of(
                    new SessionChange.Opened("c", true, 0xFFFF_FFFFL),
                    new SessionChange.Subscribed("c", "a/#", SubscriptionOptions.of(0x2E), 77),
                    new SessionChange.Subscribed("c", "gone", SubscriptionOptions.of(0), 0),
                    new SessionChange.Unsubscribed("c", "gone"),
                    new SessionChange.Queued(
                            FULL,
                            List.of(
                                    new SessionChange.Target(
                                            "c", 1, Qos.EXACTLY_ONCE, true, new int[] {5, 6}),
                                    new SessionChange.Target(
                                            "c", 2, Qos.AT_LEAST_ONCE, false, new int[0]))),
                    new SessionChange.Released("c", 1),
                    new SessionChange.Settled("c", 2),
                    new SessionChange.Received("c", 65_535),
                    new SessionChange.Received("c", 8),
                    new SessionChange.Completed("c", 8),
                    new SessionChange.Retained("t/é", FULL),
                    new SessionChange.Retained("none", null),
                    new SessionChange.Closed("c", 1_763_668_800_000L, 60),
                    new SessionChange.Opened("d", false, 1),
                    new SessionChange.Removed("d"));

    private static byte[] bytes(Iterable<SessionChange> changes) {
        ByteBuf out = Unpooled.buffer();
        changes.forEach(each -> SessionChangeFormat.write(each, out));
        return ByteBufUtil.getBytes(out);
    }

    @Test
    void whatIsReadIsWhatWasWritten() {
        byte[] written = bytes(ALL);
        ByteBuf in = Unpooled.wrappedBuffer(written);
        List<SessionChange> read = new ArrayList<>();
        while (in.isReadable()) {
            read.add(SessionChangeFormat.read(in));
        }
        assertThat(read).hasSameSizeAs(ALL);
        assertThat(bytes(read)).isEqualTo(written);
    }

    @Test
    void bytesStayWhatTheyAre() {
        assertThat(ByteBufUtil.hexDump(bytes(ALL.subList(0, 2))))
                .isEqualTo("0100000001630100000000ffffffff04000000016300000003612f232e0000004d");
    }

    @Test
    void deliveryByASharedSubscriptionSaysWhich() {
        Message message = Message.arrived("t", new byte[] {1}, Qos.AT_LEAST_ONCE, false, null, 0);
        SessionChange.Target plain =
                new SessionChange.Target("c", 1, Qos.AT_LEAST_ONCE, false, new int[0]);
        SessionChange.Target shared =
                new SessionChange.Target(
                        "d", 2, Qos.AT_LEAST_ONCE, false, new int[0], "$share/g/t");
        byte[] written = bytes(List.of(new SessionChange.Queued(message, List.of(plain, shared))));
        assertThat(ByteBufUtil.hexDump(written))
                .isEqualTo(
                        "0c0000000174000000010101007fffffffffffffff00ffffffffffffffff00000000000000"
                                + "000000020000000163000000000000000101000000000000000000016400000000"
                                + "0000000201000000000001000000"
                                + "0a2473686172652f672f74");
        SessionImage image = new SessionImage();
        image.apply(new SessionChange.Opened("d", true, 60));
        image.apply(SessionChangeFormat.read(Unpooled.wrappedBuffer(written)));
        SessionImage.StoredSession d = Objects.requireNonNull(image.copy().session("d"));
        assertThat(d.owed())
                .singleElement()
                .satisfies(o -> assertThat(o.sharedFilter()).isEqualTo("$share/g/t"));
    }

    @Test
    void imageRebuiltFromItsOwnChangesIsTheSame() {
        SessionImage image = new SessionImage();
        ALL.forEach(image::apply);
        List<SessionChange> snapshot = new ArrayList<>();
        image.forEach(snapshot::add);
        SessionImage rebuilt = new SessionImage();
        snapshot.forEach(rebuilt::apply);
        List<SessionChange> again = new ArrayList<>();
        rebuilt.forEach(again::add);
        assertThat(bytes(again)).isEqualTo(bytes(snapshot));
        SessionImage.StoredSession c = Objects.requireNonNull(rebuilt.session("c"));
        assertThat(c.lastSequence()).isEqualTo(2);
        assertThat(c.owed()).singleElement().satisfies(o -> assertThat(o.released()).isTrue());
        assertThat(c.received().stream()).containsExactly(65_535);
        assertThat(c.closedAtMillis()).isEqualTo(1_763_668_800_000L);
        assertThat(rebuilt.retained()).hasSize(1);
    }

    @Test
    void cutBytesAreFoundBeforeTheyAreBelieved() {
        byte[] written = bytes(ALL.subList(4, 5));
        for (int length = 0; length < written.length; length++) {
            ByteBuf cut = Unpooled.wrappedBuffer(written, 0, length);
            assertThatThrownBy(() -> SessionChangeFormat.read(cut))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
        assertThatThrownBy(() -> SessionChangeFormat.read(Unpooled.wrappedBuffer(new byte[] {99})))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("99");
    }
}
