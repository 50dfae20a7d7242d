package io.riacho.core.stream;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.riacho.core.Seed;
import io.riacho.core.rules.RuleSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/// The fold of a device: priorities, people's orders, transitions.
class DeviceTest {

    private final StreamCore core = new StreamCore(StreamOptions.DEFAULT, RuleSet.NONE);
    private DeviceState device = DeviceState.of("pump");
    private long position;

    private DesiredState desired(
            String rule, String sensor, int priority, boolean turnOn, boolean active) {
        return new DesiredState(
                position,
                rule,
                "version of " + rule,
                sensor,
                "temperature",
                "pump",
                active,
                turnOn,
                priority,
                position,
                1_000 + position++);
    }

    private String apply(String rule, String sensor, int priority, boolean turnOn, boolean active) {
        Transition transition =
                core.apply(device, desired(rule, sensor, priority, turnOn, active)).transition();
        device = Testing.copy(device);
        return transition == null
                ? "-"
                : (transition.turnOn() ? "on by " : "off by ")
                        + transition.rule()
                        + " "
                        + transition.sensor();
    }

    @Test
    void isOffAtFirstAndHearsNothingBeforeTheFirstOn() {
        assertThat(device.on()).isFalse();
        assertThat(apply("off-rule", "a", 0, false, true)).isEqualTo("-");
        assertThat(apply("off-rule", "a", 0, false, false)).isEqualTo("-");
        assertThat(apply("r", "a", 0, true, true)).isEqualTo("on by r a");
    }

    @Test
    void anyOnOfTheHighestPriorityWins() {
        assertThat(apply("r", "a", 0, true, true)).isEqualTo("on by r a");
        assertThat(apply("r", "b", 0, true, true)).isEqualTo("-");
        assertThat(apply("r", "a", 0, true, false)).isEqualTo("-");
        assertThat(apply("frost", "c", 5, false, true)).isEqualTo("off by frost c");
        assertThat(apply("flood", "d", 5, true, true)).isEqualTo("on by flood d");
        assertThat(apply("flood", "d", 5, true, false)).isEqualTo("off by frost c");
        assertThat(apply("frost", "c", 5, false, false)).isEqualTo("on by r b");
        assertThat(apply("r", "b", 0, true, false)).isEqualTo("off by r b");
    }

    @Test
    void aDesiredStateAppliedAgainChangesNothing() {
        DesiredState on = desired("r", "a", 0, true, true);
        DesiredState off = desired("r", "a", 0, true, false);
        assertThat(core.apply(device, on).transition()).isNotNull();
        assertThat(core.apply(device, on).transition()).isNull();
        assertThat(device.desiredStates()).isEqualTo(1);
        assertThat(core.apply(device, off).transition()).isNotNull();
        assertThat(core.apply(device, off).transition()).isNull();
        assertThat(device.transitions()).isEqualTo(2);
    }

    @Test
    void theIdsOfTransitionsAreDistinctAndTheSameAtEveryReplay() {
        List<Transition> first = new ArrayList<>();
        List<Transition> again = new ArrayList<>();
        for (List<Transition> run : List.of(first, again)) {
            position = 0;
            DeviceState fresh = DeviceState.of("pump");
            for (int i = 0; i < 100; i++) {
                run.add(
                        requireNonNull(
                                core.apply(fresh, desired("r", "a", 0, true, i % 2 == 0))
                                        .transition()));
            }
        }
        assertThat(again).isEqualTo(first);
        Set<String> ids = new HashSet<>();
        first.forEach(transition -> ids.add(transition.id()));
        assertThat(ids).hasSize(100).allMatch(id -> id.matches("[0-9a-f]{32}"));
        assertThat(first.getLast().sequence()).isEqualTo(100);
        assertThat(first.getFirst().issuedAtMicros()).isEqualTo(1_000);
    }

    @Test
    void takesNoMoreDesiredStatesThanItMay() {
        StreamOptions few = new StreamOptions(List.of(), java.time.Duration.ZERO, 1, 1, 0, 2);
        StreamCore small = new StreamCore(few, RuleSet.NONE);
        small.apply(device, desired("r", "a", 0, false, true));
        small.apply(device, desired("r", "b", 0, false, true));
        DeviceOutcome third = small.apply(device, desired("r", "c", 0, true, true));
        assertThat(third.refused()).isTrue();
        assertThat(third.transition()).isNull();
        assertThat(small.apply(device, desired("r", "c", 0, true, false)).refused()).isFalse();
        assertThat(small.apply(device, desired("r", "a", 0, false, true)).refused()).isFalse();
        assertThat(small.apply(device, desired("r", "a", 0, false, false)).refused()).isFalse();
        assertThat(small.apply(device, desired("r", "c", 0, true, true)).refused()).isFalse();
        assertThat(device.desiredStates()).isEqualTo(2);
    }

    private String force(int priority, boolean turnOn, boolean active) {
        DesiredState desired = desired("manual", "", priority, turnOn, active);
        Transition transition = core.force(device, desired).transition();
        device = Testing.copy(device);
        return transition == null
                ? "-"
                : (transition.turnOn() ? "on by " : "off by ") + transition.rule();
    }

    @Test
    void obeysAPersonUntilTheyLetGo() {
        assertThat(apply("r", "a", 0, true, true)).isEqualTo("on by r a");
        assertThat(force(100, false, true)).isEqualTo("off by manual");
        assertThat(apply("r", "a", 0, true, false)).isEqualTo("-");
        assertThat(apply("r", "b", 0, true, true)).isEqualTo("-");
        assertThat(force(100, false, false)).isEqualTo("on by r");
    }

    @Test
    void aPersonGetsACommandEvenIfTheDeviceWasToldTheSame() {
        assertThat(force(100, false, true)).isEqualTo("off by manual");
        assertThat(force(100, false, true)).isEqualTo("off by manual");
        assertThat(force(100, true, true)).isEqualTo("on by manual");
        assertThat(force(100, true, true)).isEqualTo("on by manual");
        assertThat(device.desiredStates()).isEqualTo(1);
        assertThat(device.transitions()).isEqualTo(4);
        assertThat(force(100, true, false)).isEqualTo("off by manual");
        assertThat(force(100, true, false)).isEqualTo("-");
    }

    @Test
    void aPersonBelowARuleWaitsForItsEnd() {
        assertThat(apply("frost", "c", 1_000_000, false, true)).isEqualTo("-");
        assertThat(force(100, true, true)).isEqualTo("-");
        assertThat(force(100, false, true)).isEqualTo("-");
        assertThat(force(100, true, true)).isEqualTo("-");
        assertThat(apply("frost", "c", 1_000_000, false, false)).isEqualTo("on by manual ");
    }

    @Test
    void aPersonIsHeardHoweverManyDesiredStatesThereAre() {
        StreamOptions one = new StreamOptions(List.of(), java.time.Duration.ZERO, 1, 1, 0, 1);
        StreamCore small = new StreamCore(one, RuleSet.NONE);
        small.apply(device, desired("r", "a", 0, false, true));
        assertThat(small.apply(device, desired("r", "b", 0, true, true)).refused()).isTrue();
        DeviceOutcome outcome = small.force(device, desired("manual", "", 100, true, true));
        assertThat(outcome.refused()).isFalse();
        assertThat(outcome.transition()).isNotNull();
    }

    @Test
    void refusesTheDesiredStateOfAnotherDevice() {
        assertThatThrownBy(
                        () -> core.apply(DeviceState.of("other"), desired("r", "a", 0, true, true)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @RepeatedTest(20)
    void isWhatAllPresentDesiredStatesSay() {
        Seed seed = Seed.next();
        SplittableRandom random = seed.random(0);
        Map<String, DesiredState> present = new HashMap<>();
        boolean on = false;
        for (int i = 0; i < 2_000; i++) {
            int rule = random.nextInt(5);
            DesiredState desired =
                    desired(
                            "r" + rule,
                            "s" + random.nextInt(4),
                            rule / 2,
                            rule % 2 == 0,
                            random.nextBoolean());
            String key = desired.rule() + desired.sensor();
            if (desired.active()) {
                present.put(key, desired);
            } else {
                present.remove(key);
            }
            int highest =
                    present.values().stream().mapToInt(DesiredState::priority).max().orElse(0);
            boolean expected =
                    present.values().stream()
                            .anyMatch(one -> one.priority() == highest && one.turnOn());
            Transition transition = core.apply(device, desired).transition();
            assertThat(transition != null).as(seed::toString).isEqualTo(expected != on);
            on = expected;
            assertThat(device.on()).as(seed::toString).isEqualTo(on);
            if (transition != null) {
                assertThat(transition.turnOn()).isEqualTo(on);
                DesiredState by =
                        present.values().stream()
                                .filter(one -> one.rule().equals(transition.rule()))
                                .findAny()
                                .orElse(desired);
                assertThat(present.isEmpty() || by.turnOn() == on).as(seed::toString).isTrue();
            }
            if (random.nextInt(50) == 0) {
                device = Testing.copy(device);
            }
        }
    }
}
