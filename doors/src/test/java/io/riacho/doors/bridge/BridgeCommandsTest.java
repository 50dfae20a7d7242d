package io.riacho.doors.bridge;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.riacho.api.commands.Command;
import io.riacho.api.commands.DeviceGroups;
import io.riacho.doors.bridge.OutboundSource.Publication;
import io.riacho.formats.RiachoTopics;
import io.riacho.pipeline.state.commands.CommandTracker;
import io.riacho.simulation.Seed;
import io.riacho.testkit.TestCommands;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// A tracker whose transitions are durable at once, and a broker that the test plays. Device `p` is in the
/// groups `north` and `all`.
class BridgeCommandsTest {

    private static final long DAY = 86_400_000_000L;

    private final CommandTracker tracker =
            new CommandTracker((command, next, answer) -> {
                move(command, next);
                answer.accept(true);
            });
    private final BridgeCommands commands =
            new BridgeCommands(
                    tracker,
                    new DeviceGroups(Map.of("north", List.of("p"), "all", List.of("p"))),
                    new RiachoTopics("irrigation"));

    private int woken;

    BridgeCommandsTest() {
        tracker.addSender(commands);
        commands.onAvailable(() -> woken++);
    }

    private void move(Command command, Command.State next) {
        long expiry =
                next == Command.State.ISSUED
                        ? command.expiresAtMicros() + DAY
                        : command.expiresAtMicros();
        tracker.moved(command.device(), command.id(), next, expiry, true);
    }

    private void issue(String device, long sequence) {
        tracker.issued(TestCommands.issued(device + sequence, device, sequence, DAY), true);
    }

    private Command.State state(String device) {
        return tracker.newest(device).orElseThrow().state();
    }

    private List<Publication> all() {
        List<Publication> all = new ArrayList<>();
        for (Publication next = commands.next(); next != null; next = commands.next()) {
            all.add(next);
        }
        return all;
    }

    private static String id(@Nullable Publication publication) {
        String json = publication == null ? "" : new String(publication.payload(), UTF_8);
        return json.replaceFirst("\\{\"id\":\"([^\"]*)\".*", "$1");
    }

    @Test
    void aCommandIsSentWhenTheBrokerHasItOnTheTopicsOfItsDeviceAndOfItsGroups() {
        issue("p", 1);
        List<Publication> out = all();
        assertThat(out)
                .extracting(Publication::topic)
                .containsExactlyInAnyOrder(
                        "irrigation/control/p/command",
                        "irrigation/control/north/command",
                        "irrigation/control/all/command");
        assertThat(out).extracting(BridgeCommandsTest::id).containsOnly("p1");
        out.get(0).acknowledged();
        out.get(2).acknowledged();
        assertThat(state("p")).isEqualTo(Command.State.ISSUED);
        out.get(1).acknowledged();
        assertThat(state("p")).isEqualTo(Command.State.SENT);
    }

    @Test
    void onlyTheNewestWishOfEachDeviceGoesOutHoweverLongTheBrokerWasAway() {
        for (int sequence = 1; sequence <= 100; sequence++) {
            issue("a", sequence);
            issue("b", 2L * sequence);
        }
        assertThat(woken).isPositive();
        assertThat(commands.waiting()).isEqualTo(2);
        assertThat(all()).extracting(BridgeCommandsTest::id).containsExactly("a100", "b200");
        assertThat(commands.waiting()).isZero();
    }

    @Test
    void whatIsNotAnsweredGoesOutAgainWithTheNextConnectionBehindWhatIsNew() {
        issue("a", 1);
        issue("b", 1);
        issue("c", 1);
        all().forEach(Publication::acknowledged);
        tracker.acknowledge("b", "b1", _ -> {});
        move(tracker.newest("c").orElseThrow(), Command.State.DELIVERED);
        commands.connected();
        issue("d", 1);
        assertThat(all()).extracting(BridgeCommandsTest::id).containsExactly("d1", "a1");
        assertThat(state("a")).isEqualTo(Command.State.SENT);
    }

    @Test
    void aConnectionThatIsLostBetweenTwoTopicsLosesNothing() {
        issue("p", 1);
        assertThat(id(commands.next())).isEqualTo("p1");
        issue("p", 2);
        commands.connected();
        List<Publication> out = all();
        assertThat(out).hasSize(3).extracting(BridgeCommandsTest::id).containsOnly("p2");
    }

    @Test
    void anAcknowledgementOfWhatIsNoLongerTheNewestChangesNothing() {
        issue("a", 1);
        List<Publication> first = all();
        issue("a", 2);
        first.forEach(Publication::acknowledged);
        assertThat(state("a")).isEqualTo(Command.State.ISSUED);
        all().forEach(Publication::acknowledged);
        assertThat(state("a")).isEqualTo(Command.State.SENT);
    }

    @Test
    void whatExpiredBeforeTheStartOrWithoutEverGoingOutIsIssuedAgain() {
        issue("before", 1);
        move(tracker.newest("before").orElseThrow(), Command.State.EXPIRED);
        commands.connected();
        assertThat(all()).extracting(BridgeCommandsTest::id).containsExactly("before1");
        assertThat(state("before")).isEqualTo(Command.State.ISSUED);
        assertThat(tracker.newest("before").orElseThrow().expiresAtMicros()).isEqualTo(2 * DAY);

        issue("waiting", 1);
        move(tracker.newest("waiting").orElseThrow(), Command.State.EXPIRED);
        assertThat(all()).extracting(BridgeCommandsTest::id).containsExactly("waiting1");

        issue("sent", 1);
        all().forEach(Publication::acknowledged);
        move(tracker.newest("sent").orElseThrow(), Command.State.EXPIRED);
        commands.connected();
        assertThat(all())
                .as("a broker that comes back is no device that does")
                .extracting(BridgeCommandsTest::id)
                .doesNotContain("sent1");
        commands.wants("sent");
        assertThat(all()).extracting(BridgeCommandsTest::id).containsExactly("sent1");
    }

    /// A device that carries out what has a higher sequence than all before ends as its newest wish says,
    /// whatever connections are lost, and no acknowledged state is the last to be lost.
    @Test
    void everyDeviceEndsAsItsNewestWishSaysWhateverConnectionsAreLost() {
        Seed.random()
                .run(random -> {
                    CommandTracker[] holder = new CommandTracker[1];
                    CommandTracker its =
                            new CommandTracker((command, next, answer) -> {
                                holder[0].moved(
                                        command.device(),
                                        command.id(),
                                        next,
                                        command.expiresAtMicros(),
                                        true);
                                answer.accept(true);
                            });
                    holder[0] = its;
                    BridgeCommands out =
                            new BridgeCommands(
                                    its,
                                    new DeviceGroups(Map.of()),
                                    new RiachoTopics("irrigation"));
                    its.addSender(out);
                    Map<String, Long> carriedOut = new HashMap<>();
                    Map<String, Long> wished = new HashMap<>();
                    for (int step = 0; step < 200; step++) {
                        String device = "d" + random.nextInt(5);
                        switch (random.nextInt(4)) {
                            case 0, 1 -> {
                                long sequence = wished.merge(device, 1L, Long::sum);
                                its.issued(
                                        TestCommands.issued(
                                                device + "-" + sequence, device, sequence, DAY),
                                        true);
                            }
                            case 2 -> {
                                Publication next = out.next();
                                if (next != null && random.nextBoolean()) {
                                    deliver(next, carriedOut);
                                    if (random.nextBoolean()) {
                                        next.acknowledged();
                                    }
                                }
                            }
                            default -> out.connected();
                        }
                    }
                    out.connected();
                    for (Publication next = out.next(); next != null; next = out.next()) {
                        deliver(next, carriedOut);
                        next.acknowledged();
                    }
                    assertThat(carriedOut).isEqualTo(wished);
                    IntStream.range(0, 5)
                            .mapToObj(i -> its.newest("d" + i))
                            .forEach(newest ->
                                    newest.ifPresent(command ->
                                            assertThat(command.state())
                                                    .isEqualTo(Command.State.SENT)));
                });
    }

    private static void deliver(Publication publication, Map<String, Long> carriedOut) {
        String id = id(publication);
        int dash = id.indexOf('-');
        carriedOut.merge(id.substring(0, dash), Long.parseLong(id.substring(dash + 1)), Math::max);
    }
}
