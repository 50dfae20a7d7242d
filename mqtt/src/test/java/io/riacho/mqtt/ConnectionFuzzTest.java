package io.riacho.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.riacho.mqtt.connection.ConnectionRegistry;
import io.riacho.mqtt.session.SessionStoreInMemory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/// A whole connection beside a subscriber to everything: whatever bytes come, however they are cut, what
/// the server sends to both is by the book, no fault is logged, its buffers are bounded and all given
/// back. `./dev fuzz connection` looks for inputs that break this; what it finds becomes a seed here.
///
/// An input's first [#CUTS] bytes say how the rest is cut, over and over; 0 is all that is left.
public class ConnectionFuzzTest {

    private static final int CUTS = 4;

    /// What the connection may hold for an input: its bytes, some copies, and the outlet's first buffers.
    private static final int BYTES_BESIDE_INPUT = 64 * 1024;

    private static final int COPIES = 32;

    /// After the connection: long enough for its will and its session's end to come.
    private static final long SECONDS_AFTER = 200;

    private static final Faults FAULTS = Faults.watch();

    /// Conversations that go through each part once, in both versions, cut and whole.
    public static List<byte[]> seeds() {
        return Stream.of(4, 5)
                .flatMap(level -> {
                    Bytes connect = Bytes.connect(level, "f", false, 9, Bytes.of());
                    return Stream.of(
                            cut(1, 2, 3, 4).raw(connect).raw(publishes(level)),
                            cut(0, 0, 0, 0).raw(connect).raw(publishes(level)),
                            cut(7, 0, 0, 0).raw(connect).raw(subscriptions(level)),
                            cut(0, 0, 0, 0).raw(limited(level)).raw(subscriptions(level)),
                            cut(0, 0, 0, 0).raw(connect).raw(connect),
                            cut(0, 0, 0, 0)
                                    .raw(
                                            Bytes.connectWithWill(
                                                    level,
                                                    "f",
                                                    0x28,
                                                    Bytes.of(),
                                                    Bytes.of(0x02).u32(9),
                                                    "w",
                                                    "will"))
                                    .raw(Bytes.pingreq()));
                })
                .map(Bytes::array)
                .toList();
    }

    private static Bytes cut(int... lengths) {
        return Bytes.of(lengths);
    }

    /// A client that takes little: three packets under way, of 40 bytes, and two aliases.
    private static Bytes limited(int level) {
        Bytes properties = Bytes.of(0x21, 0, 3, 0x22, 0, 2, 0x27).u32(40);
        return Bytes.connect(level, "f", true, 9, properties);
    }

    private static Bytes publishes(int level) {
        return Bytes.publish(level, "a", 0, 0, "x")
                .raw(Bytes.publish(level, "a/b", 1, 7, "payload"))
                .raw(Bytes.publish(level, 5, "a", 8, Bytes.of(0x23, 0, 1), "kept"))
                .raw(Bytes.publish(level, "a", 2, 9, "twice"))
                .raw(Bytes.publish(level, "a", 2, 9, "twice"))
                .raw(Bytes.ack(0x62, 9))
                .raw(Bytes.pingreq())
                .raw(Bytes.disconnect());
    }

    private static Bytes subscriptions(int level) {
        return Bytes.subscribe(level, 1, "a/#", 2)
                .raw(Bytes.subscribe(level, 2, "$share/g/+", 1))
                .raw(Bytes.publish(level, "a/1", 1, 3, "to myself"))
                .raw(Bytes.publish(level, "a", 2, 4, "to myself"))
                .raw(Bytes.ack(0x62, 4))
                .raw(Bytes.ack(0x40, 1))
                .raw(Bytes.ack(0x50, 2))
                .raw(Bytes.ack(0x70, 2))
                .raw(Bytes.unsubscribe(level, 5, "a/#", "none"));
    }

    /// What Jazzer calls.
    public static void fuzzerTestOneInput(byte[] input) {
        if (input.length <= CUTS) {
            return;
        }
        UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(false);
        EmbeddedChannel timers = new EmbeddedChannel();
        timers.freezeTime();
        ConnectionRegistry server =
                EmbeddedServer.start(new SessionStoreInMemory(), () -> 0, timers.eventLoop());
        EmbeddedClient witness = new EmbeddedClient(server, allocator);
        witness.send(Bytes.connect(5, "witness", true, 0, Bytes.of()));
        witness.send(Bytes.subscribe(5, 1, "#", 0));
        EmbeddedClient client = new EmbeddedClient(server, allocator);
        sendInPieces(client, witness, input, allocator);
        timers.advanceTimeBy(SECONDS_AFTER, TimeUnit.SECONDS);
        timers.runScheduledPendingTasks();
        witness.send(Bytes.pingreq());
        boolean answered = witness.received().stream().anyMatch(each -> each.first() == 0xD0);
        witness.drop();
        assertThat(answered).as("another client is served").isTrue();
        assertThat(bytes(allocator)).as("bytes not given back").isZero();
        assertThat(FAULTS.took()).as("a fault was logged").isNull();
    }

    private static void sendInPieces(
            EmbeddedClient client,
            EmbeddedClient witness,
            byte[] input,
            UnpooledByteBufAllocator allocator) {
        client.heldToTheBook(Arrays.copyOfRange(input, CUTS, input.length));
        List<ByteBuf> sent = new ArrayList<>();
        int at = CUTS;
        for (int i = 0; at < input.length; i++) {
            int left = input.length - at;
            int cut = input[i % CUTS] & 0xFF;
            int length = cut == 0 ? left : Math.min(cut, left);
            ByteBuf piece = allocator.buffer(length).writeBytes(input, at, length);
            sent.add(piece);
            client.send(piece);
            at += length;
            assertThat(bytes(allocator))
                    .as("bytes held")
                    .isLessThan(BYTES_BESIDE_INPUT + (long) COPIES * input.length);
            var _ = client.received();
            witness.run();
            var _ = witness.received();
        }
        client.drop();
        assertThat(sent).as("pieces given back").allMatch(piece -> piece.refCnt() == 0);
    }

    private static long bytes(UnpooledByteBufAllocator allocator) {
        return allocator.metric().usedHeapMemory() + allocator.metric().usedDirectMemory();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whateverComesIsAnsweredByTheBook(byte[] input) {
        for (int length = 0; length <= input.length; length++) {
            byte[] cut = Arrays.copyOf(input, length);
            assertThatCode(() -> fuzzerTestOneInput(cut)).doesNotThrowAnyException();
        }
    }

    /// What the server logs as its own fault.
    private static final class Faults extends AppenderBase<ILoggingEvent> {

        private final AtomicReference<String> last = new AtomicReference<>();

        static Faults watch() {
            Faults faults = new Faults();
            faults.start();
            Logger logger = (Logger) LoggerFactory.getLogger("io.riacho.mqtt");
            logger.setLevel(Level.WARN);
            logger.addAppender(faults);
            return faults;
        }

        @Override
        protected void append(ILoggingEvent event) {
            last.set(event.getFormattedMessage());
        }

        @Nullable String took() {
            return last.getAndSet(null);
        }
    }
}
