package io.riacho.core.stream;

import static io.riacho.core.stream.Testing.SECOND;
import static io.riacho.core.stream.Testing.above;
import static io.riacho.core.stream.Testing.below;
import static io.riacho.core.stream.Testing.condition;
import static io.riacho.core.stream.Testing.temperature;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.riacho.core.model.Reading;
import io.riacho.core.rules.Condition;
import io.riacho.core.rules.Rule;
import io.riacho.core.rules.RuleSet;
import io.riacho.core.rules.RuleWindow;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Rules with `for`, `until` and sliding windows, while time passes and rules change.
class RulesInTimeTest {

    private static final RuleWindow RUNNING = new RuleWindow.Running();
    private static final RuleWindow MINUTE = new RuleWindow.Sliding(Duration.ofMinutes(1));

    private SensorState state = SensorState.of("s");
    private long position;

    private static Rule rule(
            String version,
            RuleWindow over,
            Condition when,
            @Nullable Condition until,
            int seconds) {
        return new Rule(
                "rule-" + version,
                version,
                "temperature",
                List.of(),
                over,
                when,
                until,
                Duration.ofSeconds(seconds),
                0,
                List.of("{sensor}"),
                true);
    }

    private static StreamCore core(Rule... rules) {
        return new StreamCore(StreamOptions.DEFAULT, RuleSet.of(rules));
    }

    /// `on`, `off` or `-` for each record, with the state written and read before each.
    private String changes(Outcome outcome) {
        state = Testing.copy(state);
        return outcome.desiredStates().isEmpty()
                ? "-"
                : String.join(
                        " ",
                        outcome.desiredStates().stream()
                                .map(desired -> desired.active() ? "on" : "off")
                                .toList());
    }

    private String measure(StreamCore core, double value, long second) {
        return changes(
                core.apply(
                        state, new SensorRecord.Measured(position++, temperature(value, second))));
    }

    private String tick(StreamCore core, long second) {
        return changes(core.apply(state, new SensorRecord.Tick(position++, second * SECOND)));
    }

    private String changeTo(StreamCore core) {
        return changes(core.apply(state, new SensorRecord.RulesChanged(position++)));
    }

    private static Condition last(double above) {
        return condition("last > " + above, statistics -> statistics.last() > above);
    }

    @Test
    void withoutUntilTheOppositeOfWhenEndsIt() {
        StreamCore core = core(rule("v", RUNNING, last(25), null, 0));
        assertThat(measure(core, 25, 1)).isEqualTo("-");
        assertThat(measure(core, 26, 2)).isEqualTo("on");
        assertThat(measure(core, 27, 3)).isEqualTo("-");
        assertThat(measure(core, 25, 4)).isEqualTo("off");
        assertThat(measure(core, 24, 5)).isEqualTo("-");
    }

    @Test
    void betweenWhenAndUntilItStaysAsItIs() {
        Condition until = condition("last < 24", statistics -> statistics.last() < 24);
        StreamCore core = core(rule("v", RUNNING, last(25), until, 0));
        assertThat(measure(core, 24.5, 1)).isEqualTo("-");
        assertThat(measure(core, 26, 2)).isEqualTo("on");
        assertThat(measure(core, 24.5, 3)).isEqualTo("-");
        assertThat(measure(core, 23, 4)).isEqualTo("off");
        assertThat(measure(core, 24.5, 5)).isEqualTo("-");
    }

    @Test
    void forWaitsUntilTheConditionHasHeldThatLongInEventTime() {
        StreamCore core = core(rule("v", RUNNING, last(25), null, 30));
        assertThat(measure(core, 26, 0)).isEqualTo("-");
        assertThat(measure(core, 26, 29)).isEqualTo("-");
        assertThat(measure(core, 20, 29 + 1)).isEqualTo("-");
        assertThat(measure(core, 26, 40)).isEqualTo("-");
        assertThat(measure(core, 26, 69)).isEqualTo("-");
        assertThat(measure(core, 26, 70)).isEqualTo("on");
    }

    @Test
    void forRunsOutByATickWhenTheSensorIsSilent() {
        StreamCore core = core(rule("v", RUNNING, last(25), null, 30));
        assertThat(state.needsTick()).isFalse();
        measure(core, 26, 100);
        assertThat(tick(core, 129)).isEqualTo("-");
        core.apply(state, new SensorRecord.Tick(position++, 0));
        assertThat(state.needsTick()).isTrue();
        assertThat(state.nextTickMicros()).isEqualTo(130 * SECOND);
        assertThat(tick(core, 130)).isEqualTo("on");
        core.apply(state, new SensorRecord.Tick(position++, 131 * SECOND));
        assertThat(state.needsTick()).isFalse();
    }

    @Test
    void aSensorWhoseClockIsOffIsJudgedByItsOwnTime() {
        StreamCore core = core(rule("v", MINUTE, above(25), null, 30));
        Reading behind = new Reading("s", "temperature", 30, 400 * SECOND, null, 0, 1_000 * SECOND);
        core.apply(state, new SensorRecord.Measured(position++, behind));
        assertThat(tick(core, 1_029)).isEqualTo("-");
        Outcome outcome = core.apply(state, new SensorRecord.Tick(position++, 1_030 * SECOND));
        assertThat(outcome.desiredStates().getFirst().timestampMicros()).isEqualTo(430 * SECOND);
        assertThat(tick(core, 1_058)).isEqualTo("-");
        assertThat(tick(core, 1_060)).isEqualTo("off");
    }

    @Test
    void aSlidingAverageForgetsWhatIsOlderThanItsLength() {
        StreamCore core = core(rule("v", MINUTE, above(25), null, 0));
        assertThat(measure(core, 20, 0)).isEqualTo("-");
        assertThat(measure(core, 28, 30)).isEqualTo("-");
        assertThat(measure(core, 26, 59)).isEqualTo("-");
        assertThat(measure(core, 26, 60)).as("20 has left").isEqualTo("on");
        assertThat(measure(core, 10, 61)).isEqualTo("off");
        assertThat(measure(core, 99, 0)).as("a conflict").isEqualTo("-");
        assertThat(measure(core, 99, 2)).as("in the window").isEqualTo("on");
        assertThat(measure(core, -99, 1)).as("too old for the window").isEqualTo("-");
    }

    @Test
    void aSlidingWindowThatHasRunEmptyEndsTheDesiredState() {
        StreamCore core = core(rule("v", MINUTE, above(25), below(20), 0));
        assertThat(measure(core, 30, 10)).isEqualTo("on");
        assertThat(tick(core, 69)).isEqualTo("-");
        assertThat(tick(core, 70)).isEqualTo("off");
        core.apply(state, new SensorRecord.Tick(position++, 71 * SECOND));
        assertThat(state.needsTick()).isFalse();
    }

    @Test
    void changedRulesKeepTheStateOfTheUnchangedAndWithdrawTheRemoved() {
        Rule stays = rule("stays", RUNNING, last(25), null, 0);
        Rule goes = rule("goes", RUNNING, last(25), null, 0);
        Rule waits = rule("waits", RUNNING, last(25), null, 60);
        assertThat(measure(core(stays, goes, waits), 26, 1)).isEqualTo("on on");
        Rule comes = rule("comes", RUNNING, above(20), null, 0);
        StreamCore changed = core(waits, comes, stays);
        Outcome outcome = changed.apply(state, new SensorRecord.RulesChanged(position++));
        assertThat(outcome.desiredStates())
                .extracting(desired -> desired.version() + " " + desired.active())
                .as("first what begins, then what ends: the device does not blink")
                .containsExactly("comes true", "goes false");
        assertThat(measure(changed, 26, 30)).isEqualTo("-");
        assertThat(measure(changed, 26, 61)).as("it has waited since 1").isEqualTo("on");
        assertThat(changeTo(changed)).isEqualTo("-");
        assertThat(changeTo(core())).isEqualTo("off off off");
        assertThat(changeTo(core())).isEqualTo("-");
    }

    @Test
    void withoutTheRecordOfAChangeNothingIsWithdrawnAndNothingLost() {
        Rule rule = rule("v", RUNNING, last(25), null, 0);
        assertThat(measure(core(rule), 26, 1)).isEqualTo("on");
        assertThat(measure(core(), 20, 2)).isEqualTo("-");
        assertThat(measure(core(rule), 21, 3)).isEqualTo("off");
    }

    @Test
    void aRuleCommandsEachOfItsDevices() {
        Rule both =
                new Rule(
                        "both",
                        "v",
                        "temperature",
                        List.of(),
                        RUNNING,
                        last(25),
                        null,
                        Duration.ZERO,
                        3,
                        List.of("{sensor}-valve", "pump"),
                        false);
        Outcome outcome =
                core(both).apply(state, new SensorRecord.Measured(position++, temperature(26, 7)));
        assertThat(outcome.desiredStates())
                .containsExactly(
                        new DesiredState(
                                0,
                                "both",
                                "v",
                                "s",
                                "temperature",
                                "s-valve",
                                true,
                                false,
                                3,
                                26,
                                7 * SECOND),
                        new DesiredState(
                                0,
                                "both",
                                "v",
                                "s",
                                "temperature",
                                "pump",
                                true,
                                false,
                                3,
                                26,
                                7 * SECOND));
    }

    @Test
    void aRuleLooksAtItsMetricAndSensorsOnly() {
        Rule elsewhere =
                new Rule(
                        "elsewhere",
                        "e",
                        null,
                        List.of("t*"),
                        RUNNING,
                        last(25),
                        null,
                        Duration.ZERO,
                        0,
                        List.of("d"),
                        true);
        StreamCore core = core(elsewhere, rule("v", RUNNING, last(25), null, 0));
        Reading humidity = new Reading("s", "humidity", 80, SECOND, "%", 0, SECOND);
        assertThat(changes(core.apply(state, new SensorRecord.Measured(position++, humidity))))
                .isEqualTo("-");
        assertThat(measure(core, 80, 1)).isEqualTo("on");
        assertThat(requireNonNull(state.series("humidity")).running().last()).isEqualTo(80);
    }
}
