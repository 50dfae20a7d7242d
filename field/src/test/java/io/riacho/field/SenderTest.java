package io.riacho.field;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// The promises of a sender about the readings it was given.
class SenderTest {

    /// Fails as often as told, then takes everything; refuses what is broken.
    private static final class DoorThatFailsFirst implements Door {
        final List<Emission> delivered = Collections.synchronizedList(new ArrayList<>());
        final AtomicInteger failures = new AtomicInteger();
        volatile boolean closed;

        @Override
        public Receipts deliver(List<Emission> emissions) throws IOException {
            if (failures.get() > 0) {
                failures.decrementAndGet();
                throw new IOException("out of reach");
            }
            delivered.addAll(emissions);
            int broken = (int) emissions.stream().filter(Emission.Broken.class::isInstance).count();
            return new Receipts(emissions.size() - broken, broken);
        }

        @Override
        public String name() {
            return "door";
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private static Emission reading(int number) {
        return new Emission.Measured(
                "s", "temperature", number, number, "°C", Emission.Delivery.ON_TIME);
    }

    @Test
    void whatHasNoReceiptIsSentAgainInOrder() {
        DoorThatFailsFirst door = new DoorThatFailsFirst();
        door.failures.set(2);
        List<Emission> readings = IntStream.range(0, 2500).mapToObj(SenderTest::reading).toList();
        Sender sender = new Sender(door);
        sender.start();

        sender.send(readings);

        await().until(() -> sender.trouble() != null);
        await().until(() -> sender.stored() == 2500);
        assertThat(door.delivered).isEqualTo(readings);
        assertThat(sender.trouble()).isNull();
        sender.close();
        assertThat(door.closed).isTrue();
    }

    @Test
    void brokenReadingsAreCountedAsRefused() {
        DoorThatFailsFirst door = new DoorThatFailsFirst();
        try (Sender sender = new Sender(door)) {
            sender.start();
            sender.send(
                    List.of(
                            reading(1),
                            new Emission.Broken("s", "temperature", Emission.Fault.CUT_SHORT)));
            await().until(() -> sender.stored() == 1 && sender.refused() == 1);
        }
    }

    @Test
    void whatWaitsIsBoundedAndTheOldestIsGivenUp() {
        DoorThatFailsFirst door = new DoorThatFailsFirst();
        Sender sender = new Sender(door);
        int more = 5;
        sender.send(
                IntStream.range(0, Sender.WAITING_MAX + more)
                        .mapToObj(SenderTest::reading)
                        .toList());
        assertThat(sender.givenUp()).isEqualTo(more);

        sender.start();
        sender.close();

        assertThat(door.delivered).hasSize(Sender.WAITING_MAX);
        assertThat(door.delivered.getFirst()).isEqualTo(reading(more));
    }

    @Test
    void closingEndsEvenWhereTheDoorNeverAnswers() {
        DoorThatFailsFirst door = new DoorThatFailsFirst();
        door.failures.set(Integer.MAX_VALUE);
        Sender sender = new Sender(door);
        sender.start();
        sender.send(List.of(reading(1)));
        await().until(() -> sender.trouble() != null);

        sender.close();

        assertThat(door.closed).isTrue();
        assertThat(sender.stored()).isZero();
    }
}
