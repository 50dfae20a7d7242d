package io.riacho.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.DefaultEventExecutor;
import io.riacho.mqtt.connection.ConnectionRegistry;
import io.riacho.mqtt.session.SessionStoreInMemory;
import io.riacho.simulation.Seed;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/// Random bytes, cut anyhow: no fault of ours, no buffer lost, and the server goes on.
/// Replay with -Driacho.seed=N.
class FuzzTest {

    private static final int ROUNDS = 1500;

    static List<Seed> seeds() {
        return Seed.several(4);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    @Normative(
            v5 = {
                "2.1.3-1", "3.1.2-24", "3.1.2-26", "3.2.0-1", "3.2.0-2", "3.2.2-1", "3.2.2-6",
                "3.2.2-8", "3.3.2-8", "3.4.2-1", "3.5.2-1", "3.6.2-1", "3.7.2-1", "3.9.3-2",
                "3.11.3-2", "3.14.0-1", "3.14.2-1", "3.14.2-2", "3.14.4-1"
            },
            v3 = {"2.2.2-1", "3.2.0-1", "3.2.2-4", "3.9.3-2"})
    void bytesThatNobodySendsDoNoHarm(Seed seed) {
        SplittableRandom random = seed.generator();
        Logger logger = (Logger) LoggerFactory.getLogger(MqttServer.class.getPackageName());
        ListAppender<ILoggingEvent> faults = new ListAppender<>();
        faults.start();
        logger.addAppender(faults);
        DefaultEventExecutor timers = new DefaultEventExecutor();
        try {
            ConnectionRegistry server =
                    EmbeddedServer.start(new SessionStoreInMemory(), () -> 0, timers);
            for (int round = 0; round < ROUNDS; round++) {
                round(random, server);
                assertThat(faults.list)
                        .as("%s, round %d", seed, round)
                        .noneMatch(event -> event.getLevel().isGreaterOrEqual(Level.WARN));
            }
            EmbeddedClient sane = new EmbeddedClient(server);
            sane.send(Bytes.connect(5, "sane", true));
            assertThat(sane.received().getFirst().u8(1)).isZero();
        } finally {
            logger.detachAppender(faults);
            var _ = timers.shutdownGracefully();
        }
    }

    private static void round(SplittableRandom random, ConnectionRegistry server) {
        int level = random.nextBoolean() ? 4 : 5;
        Bytes all = new Bytes();
        all.raw(mutated(random, connect(random, level), 0.2));
        int count = random.nextInt(8);
        for (int i = 0; i < count; i++) {
            all.raw(mutated(random, packet(random, level), 0.5));
        }
        byte[] bytes = all.array();
        EmbeddedClient client = new EmbeddedClient(server);
        client.heldToTheBook(bytes);
        List<ByteBuf> sent = new ArrayList<>();
        int at = 0;
        while (at < bytes.length) {
            int length = Math.min(bytes.length - at, 1 + random.nextInt(40));
            ByteBuf piece = Unpooled.buffer(length).writeBytes(bytes, at, length);
            sent.add(piece);
            client.send(piece);
            at += length;
        }
        client.drop();
        assertThat(sent).allMatch(piece -> piece.refCnt() == 0);
    }

    private static Bytes connect(SplittableRandom random, int level) {
        String id = "fuzz-" + random.nextInt(5);
        if (random.nextInt(3) == 0) {
            return Bytes.connectWithWill(level, id, 8, properties(random), Bytes.of(), "w", "will");
        }
        return Bytes.connect(level, id, random.nextBoolean(), 9, Bytes.of(0x11).u32(100));
    }

    private static Bytes properties(SplittableRandom random) {
        return switch (random.nextInt(4)) {
            case 0 -> Bytes.of();
            case 1 -> Bytes.of(0x26).text("k").text("v");
            case 2 -> Bytes.of(0x23, 0, 1 + random.nextInt(70));
            default -> Bytes.of(0x02).u32(random.nextInt(100)).u8(0x08).text("r");
        };
    }

    private static Bytes packet(SplittableRandom random, int level) {
        int id = random.nextInt(4);
        String topic = random.nextBoolean() ? "t/" + random.nextInt(3) : "";
        return switch (random.nextInt(12)) {
            case 0 -> Bytes.subscribe(level, id, "t/#", random.nextInt(64));
            case 1 -> Bytes.subscribe(level, id, "$share/g/t/+", random.nextInt(4));
            case 2 -> Bytes.unsubscribe(level, id, "t/#");
            case 3 -> Bytes.ack(0x40, id);
            case 4 -> Bytes.ack(0x50, id);
            case 5 -> Bytes.ack(0x62, id);
            case 6 -> Bytes.ack(0x70, id);
            case 7 -> Bytes.pingreq();
            case 8 -> Bytes.disconnect();
            default ->
                    Bytes.publish(
                            level, random.nextInt(8), topic, id, properties(random), "payload");
        };
    }

    private static byte[] mutated(SplittableRandom random, Bytes packet, double chance) {
        byte[] bytes = packet.array();
        while (bytes.length > 0 && random.nextDouble() < chance) {
            switch (random.nextInt(3)) {
                case 0 -> bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
                case 1 -> bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
                default -> bytes = java.util.Arrays.copyOf(bytes, random.nextInt(bytes.length + 4));
            }
        }
        return bytes;
    }
}
