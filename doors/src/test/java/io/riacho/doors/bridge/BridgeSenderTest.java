package io.riacho.doors.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.riacho.formats.RiachoTopics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/// A sender whose time is moved by hand; the broker acknowledges when the test says so.
class BridgeSenderTest {

    private static final int IN_FLIGHT_MAX = 10;
    private static final int PER_SECOND_MAX = 4;
    private static final int PAYLOAD_BYTES_MAX = 1_000;
    private static final int BYTES_PER_SECOND_MAX = 3_000;

    private record Task(long atNanos, int number, Runnable action) implements Comparable<Task> {
        @Override
        public int compareTo(Task other) {
            return atNanos == other.atNanos
                    ? Integer.compare(number, other.number)
                    : Long.compare(atNanos, other.atNanos);
        }
    }

    private final PriorityQueue<Task> tasks = new PriorityQueue<>();
    private final List<String> published = new ArrayList<>();
    private final List<CompletableFuture<Void>> unacknowledged = new ArrayList<>();
    private final SourceThatIsGiven outbound = new SourceThatIsGiven();
    private final BridgeSender sender;
    private long nowNanos;
    private int taskNumber;
    private boolean up = true;

    BridgeSenderTest() {
        sender =
                new BridgeSender(
                        new BridgeOptions(
                                "tcp://localhost",
                                null,
                                null,
                                null,
                                "c",
                                null,
                                IN_FLIGHT_MAX,
                                PER_SECOND_MAX,
                                BYTES_PER_SECOND_MAX,
                                PAYLOAD_BYTES_MAX),
                        new RiachoTopics("irrigation"),
                        outbound,
                        new BridgeSender.Connection() {
                            @Override
                            public boolean isUp() {
                                return up;
                            }

                            @Override
                            public CompletableFuture<?> publish(String topic, byte[] payload) {
                                published.add(topic);
                                CompletableFuture<Void> acknowledgement = new CompletableFuture<>();
                                unacknowledged.add(acknowledgement);
                                return acknowledgement;
                            }
                        },
                        (task, afterNanos) ->
                                tasks.add(new Task(nowNanos + afterNanos, taskNumber++, task)),
                        () -> nowNanos,
                        new SimpleMeterRegistry());
    }

    private void pass(Duration time) {
        long until = nowNanos + time.toNanos();
        for (Task next = tasks.peek(); next != null && next.atNanos <= until; next = tasks.peek()) {
            tasks.remove();
            nowNanos = Math.max(nowNanos, next.atNanos);
            next.action.run();
        }
        nowNanos = until;
    }

    private void acknowledgeAll() {
        List<CompletableFuture<Void>> now = List.copyOf(unacknowledged);
        unacknowledged.clear();
        now.forEach(each -> each.complete(null));
        pass(Duration.ZERO);
    }

    private void give(int messages) {
        for (int i = 0; i < messages; i++) {
            outbound.give("irrigation/control/d" + i + "/command", "on");
        }
        sender.wake();
        pass(Duration.ZERO);
    }

    @Test
    void whatIsBeyondThePaceWaitsWhereItComesFromAndNothingIsLost() {
        give(11);
        for (int second = 1; second <= 3; second++) {
            assertThat(published).hasSize(Math.min(11, second * PER_SECOND_MAX));
            acknowledgeAll();
            pass(Duration.ofMillis(999));
            assertThat(published).hasSize(Math.min(11, second * PER_SECOND_MAX));
            pass(Duration.ofMillis(1));
        }
        assertThat(published).hasSize(11).doesNotHaveDuplicates();
        acknowledgeAll();
        assertThat(outbound.outcomes()).hasSize(11).allMatch(each -> each.endsWith("acknowledged"));
    }

    @Test
    void soManyAreWithoutAcknowledgementAndNotOneMore() {
        give(30);
        pass(Duration.ofMinutes(1));
        assertThat(published).hasSize(IN_FLIGHT_MAX);
        assertThat(outbound.waiting()).isEqualTo(20);
        unacknowledged.removeFirst().complete(null);
        pass(Duration.ofMinutes(1));
        assertThat(published).hasSize(IN_FLIGHT_MAX + 1);
    }

    @Test
    void bytesCountAsWellAsMessages() {
        outbound.give("irrigation/system/updates", "x".repeat(1_000));
        outbound.give("irrigation/system/updates", "x".repeat(1_000));
        outbound.give("irrigation/system/updates", "x".repeat(1_000));
        sender.wake();
        pass(Duration.ZERO);
        assertThat(published).hasSize(2);
        pass(Duration.ofSeconds(1));
        assertThat(published).hasSize(3);
    }

    @Test
    void nothingIsAskedForWhileThereIsNoConnection() {
        up = false;
        give(3);
        pass(Duration.ofMinutes(1));
        assertThat(outbound.waiting()).isEqualTo(3);
        up = true;
        sender.connected();
        assertThat(outbound.connections()).isEqualTo(1);
        assertThat(published).hasSize(3);
    }

    @Test
    void whatTheClientSendsAgainAfterAReconnectionCountsInThePace() {
        give(4);
        pass(Duration.ofMinutes(1));
        up = false;
        give(4);
        up = true;
        // The client sends the first four again by itself.
        sender.connected();
        pass(Duration.ofMillis(999));
        assertThat(published).hasSize(4);
        pass(Duration.ofMillis(1));
        assertThat(published).hasSize(8);
    }

    @Test
    void whatTheBrokerForgotIsToldAndTheNextGoesOn() {
        give(4);
        unacknowledged.getFirst().completeExceptionally(new IllegalStateException("session lost"));
        pass(Duration.ZERO);
        assertThat(outbound.outcomes())
                .containsExactly("irrigation/control/d0/command failed: session lost");
        give(1);
        pass(Duration.ofSeconds(1));
        assertThat(published).hasSize(5);
    }

    @Test
    void aTopicThatIsTooLongIsRefused() {
        outbound.give("irrigation/control/" + "ç".repeat(128) + "/command", "on");
        sender.wake();
        pass(Duration.ZERO);
        assertThat(outbound.outcomes()).singleElement().asString().contains("at most 256 bytes");
        assertThat(published).isEmpty();
    }
}
