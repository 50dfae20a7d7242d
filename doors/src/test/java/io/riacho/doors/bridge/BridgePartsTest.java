package io.riacho.doors.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.riacho.api.readings.Failure;
import io.riacho.api.readings.Refusal;
import io.riacho.api.readings.SeriesTable;
import io.riacho.doors.topics.TopicListener.Handled;
import io.riacho.formats.RiachoTopics;
import io.riacho.simulation.Seed;
import io.riacho.testkit.IntakeThatAcksWhenTold;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// The parts of the connection to another broker, each by itself.
class BridgePartsTest {

    private final List<Handled> heard = new ArrayList<>();

    @Test
    void acknowledgementsComeInOrderWhateverIsDoneFirst() {
        Seed.random()
                .run(random -> {
                    AcknowledgementOrder order = new AcknowledgementOrder();
                    List<Integer> given = new ArrayList<>();
                    List<AcknowledgementOrder.Entry> entries = new ArrayList<>();
                    for (int i = 0; i < 200; i++) {
                        int number = i;
                        entries.add(order.add(() -> given.add(number)));
                    }
                    List<Integer> sequence =
                            new ArrayList<>(IntStream.range(0, 200).boxed().toList());
                    Collections.shuffle(sequence, new Random(random.nextLong()));
                    boolean[] done = new boolean[200];
                    for (int each : sequence) {
                        entries.get(each).done();
                        done[each] = true;
                        int prefix = 0;
                        while (prefix < 200 && done[prefix]) {
                            prefix++;
                        }
                        assertThat(given).hasSize(prefix);
                        assertThat(order.size()).isEqualTo(200 - prefix);
                    }
                    assertThat(given)
                            .containsExactlyElementsOf(IntStream.range(0, 200).boxed().toList());
                });
    }

    @Test
    void backoffDoublesUpToItsLimitAndIsNeverTheSameForAll() {
        RetryDelay backoff = new RetryDelay(Duration.ofMillis(500), Duration.ofSeconds(60));
        Seed.random()
                .run(random -> {
                    for (int failures = 1; failures < 100; failures++) {
                        long most = Math.min(60_000, 500L << Math.min(failures - 1, 20));
                        for (int i = 0; i < 20; i++) {
                            assertThat(backoff.after(failures, random))
                                    .isBetween(
                                            Duration.ofMillis(most / 2), Duration.ofMillis(most));
                        }
                    }
                });
    }

    @Test
    void allowanceHoldsInEverySecond() {
        PublishRateLimiter rateLimiter = new PublishRateLimiter(3, 1_000, 100);
        long second = 1_000_000_000L;
        long begin = -5 * second;
        for (int i = 0; i < 3; i++) {
            assertThat(rateLimiter.waitNanos(begin + i * (second / 10))).isZero();
            rateLimiter.took(begin + i * (second / 10), 10);
        }
        assertThat(rateLimiter.waitNanos(begin + second / 2)).isEqualTo(second / 2);
        assertThat(rateLimiter.waitNanos(begin + second - 1)).isEqualTo(1);
        assertThat(rateLimiter.waitNanos(begin + second)).isZero();
        rateLimiter.took(begin + second, 10);
        assertThat(rateLimiter.waitNanos(begin + second + 1)).isEqualTo(second / 10 - 1);
    }

    @Test
    void noSecondHasMoreMessagesOrBytesThanAllowed() {
        Seed.random()
                .run(random -> {
                    int messagesMax = 1 + random.nextInt(20);
                    int messageBytesMax = 1 + random.nextInt(100);
                    int bytesMax = messageBytesMax + random.nextInt(500);
                    PublishRateLimiter rateLimiter =
                            new PublishRateLimiter(messagesMax, bytesMax, messageBytesMax);
                    long now = random.nextLong(1L << 40);
                    List<long[]> sent = new ArrayList<>();
                    for (int i = 0; i < 300; i++) {
                        now += random.nextLong(200_000_000L);
                        long wait = rateLimiter.waitNanos(now);
                        now += wait;
                        if (wait > 0 && rateLimiter.waitNanos(now) > 0) {
                            continue;
                        }
                        int bytes = 1 + random.nextInt(messageBytesMax);
                        rateLimiter.took(now, bytes);
                        sent.add(new long[] {now, bytes});
                        long since = now - 1_000_000_000L;
                        List<long[]> within =
                                sent.stream().filter(each -> each[0] > since).toList();
                        assertThat(within).hasSizeLessThanOrEqualTo(messagesMax);
                        assertThat(within.stream().mapToLong(each -> each[1]).sum())
                                .isLessThanOrEqualTo(bytesMax);
                    }
                    assertThat(sent).as("it does not hold for ever").hasSizeGreaterThan(100);
                });
    }

    @Test
    void whatCannotBeReadIsAcknowledgedInItsTurn() {
        IntakeThatAcksWhenTold intake = new IntakeThatAcksWhenTold();
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        BridgeMessages readings = messages(intake, meters, new ArrayList<>());
        List<String> acknowledged = new ArrayList<>();

        receive(readings, "irrigation/sensors/s1/data", "{\"value\":1}", acknowledged);
        receive(readings, "irrigation/sensors/s2/data", "{\"value\":", acknowledged);
        receive(readings, "irrigation/sensors/s3/data", "", acknowledged);
        receive(readings, "elsewhere", "{\"value\":1}", acknowledged);
        assertThat(acknowledged).isEmpty();

        intake.ackAll();
        assertThat(acknowledged)
                .containsExactly(
                        "irrigation/sensors/s1/data",
                        "irrigation/sensors/s2/data",
                        "irrigation/sensors/s3/data",
                        "elsewhere");
        assertThat(meters.get("riacho.broker.messages.refused").counter().count()).isEqualTo(3);
    }

    @Test
    void whileTheDiskIsFullAMessageIsHeldAndTriedAgain() {
        IntakeThatAcksWhenTold intake = new IntakeThatAcksWhenTold();
        List<Runnable> later = new ArrayList<>();
        BridgeMessages readings = messages(intake, new SimpleMeterRegistry(), later);
        List<String> acknowledged = new ArrayList<>();
        receive(readings, "irrigation/sensors/s1/data", "{\"value\":1}", acknowledged);

        intake.failAll(new Failure(Failure.Kind.DISK_FULL, "no room"));
        assertThat(acknowledged).isEmpty();
        assertThat(later).hasSize(1);
        later.removeFirst().run();
        intake.ackAll();
        assertThat(acknowledged).hasSize(1);

        receive(readings, "irrigation/sensors/s1/data", "{\"value\":2}", acknowledged);
        intake.failAll(new Failure(Failure.Kind.STOPPING, "stopping"));
        assertThat(acknowledged).as("it comes again after the start").hasSize(1);
        assertThat(later).isEmpty();
    }

    /// Reports are answered when the test says so: [#heard].
    private BridgeMessages messages(
            IntakeThatAcksWhenTold intake, SimpleMeterRegistry meters, List<Runnable> later) {
        RiachoTopics topics = new RiachoTopics("irrigation");
        return new BridgeMessages(
                topics,
                new BridgeReadings(topics, intake, new SeriesTable(100), later::add, meters),
                new BridgeListener() {
                    @Override
                    public void readings(String sensor) {}

                    @Override
                    public void received(RiachoTopics.Kind kind, byte[] payload, Handled handled) {
                        heard.add(handled);
                    }
                },
                later::add,
                meters);
    }

    private static void receive(
            BridgeMessages messages, String topic, String payload, List<String> acknowledged) {
        messages.received(
                topic,
                payload.getBytes(StandardCharsets.UTF_8),
                false,
                () -> acknowledged.add(topic));
    }

    @Test
    void reportsAndReadingsAreAcknowledgedInTheOrderInWhichTheyCame() {
        IntakeThatAcksWhenTold intake = new IntakeThatAcksWhenTold();
        List<Runnable> later = new ArrayList<>();
        BridgeMessages messages = messages(intake, new SimpleMeterRegistry(), later);
        List<String> acknowledged = new ArrayList<>();
        receive(messages, "irrigation/gateway/status", "{}", acknowledged);
        receive(messages, "irrigation/sensors/s1/data", "{\"value\":1}", acknowledged);
        receive(messages, "irrigation/errors", "{}", acknowledged);
        messages.received(
                "irrigation/gateway/status", new byte[0], true, () -> acknowledged.add("retained"));
        assertThat(heard).as("a retained one is of another time").hasSize(2);

        intake.ackAll();
        heard.removeLast().durable();
        assertThat(acknowledged).isEmpty();
        heard.removeLast().failed(new Failure(Failure.Kind.DISK_FULL, "no room"));
        assertThat(acknowledged).isEmpty();
        later.removeFirst().run();
        heard.removeLast().durable();
        assertThat(acknowledged)
                .containsExactly(
                        "irrigation/gateway/status",
                        "irrigation/sensors/s1/data",
                        "irrigation/errors",
                        "retained");
    }

    @Test
    void aMessageWithBadReadingsOfTwoKindsIsCountedOnce() {
        IntakeThatAcksWhenTold intake = new IntakeThatAcksWhenTold();
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        BridgeMessages messages = messages(intake, meters, new ArrayList<>());
        receive(
                messages,
                "irrigation/sensors/s1/data",
                "[{\"value\":1},{\"value\":\"x\"},{\"value\":2}]",
                new ArrayList<>());
        intake.refuseBy(_ -> List.of(new Refusal(1, "too old")));
        intake.ackAll();
        assertThat(meters.get("riacho.broker.messages.refused").counter().count()).isEqualTo(1);
    }
}
