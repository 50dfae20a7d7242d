package io.riacho.core.stream;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.riacho.core.model.Reading;
import io.riacho.core.model.Statistics;
import io.riacho.core.rules.Condition;
import io.riacho.core.rules.Rule;
import io.riacho.core.rules.RuleSet;
import io.riacho.core.rules.RuleWindow;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The simple case: readings of one series in order, one rule.
class ReadingsInOrderTest {

    private static final Condition HOT =
            new Condition() {
                @Override
                public boolean holds(Statistics statistics) {
                    return statistics.mean() > 25;
                }

                @Override
                public String text() {
                    return "average > 25";
                }
            };

    private static final Rule IRRIGATE =
            new Rule(
                    "irrigate-when-hot",
                    "v1",
                    "temperature",
                    List.of(),
                    new RuleWindow.Running(),
                    HOT,
                    null,
                    Duration.ZERO,
                    0,
                    List.of("{sensor}"),
                    true);

    private final StreamCore core = new StreamCore(StreamOptions.DEFAULT, RuleSet.of(IRRIGATE));
    private final SensorState state = SensorState.of("s1");
    private long position;

    private Outcome measure(double value, long second) {
        long micros = second * 1_000_000;
        return core.apply(
                state,
                new SensorRecord.Measured(
                        position++,
                        new Reading("s1", "temperature", value, micros, null, 0, micros)));
    }

    @Test
    void aReadingIsARowAndAResentOneChangesNothing() {
        assertThat(measure(20, 1).row()).isNotNull();
        Outcome again = measure(20, 1);
        assertThat(again.verdict()).isEqualTo(Verdict.DUPLICATE);
        assertThat(again.row()).isNull();
        Outcome other = measure(21, 1);
        assertThat(other.verdict()).isEqualTo(Verdict.CONFLICT);
        assertThat(other.conflicts())
                .singleElement()
                .extracting(Conflict::keptValue)
                .isEqualTo(20.0);
        SeriesState series = requireNonNull(state.series("temperature"));
        assertThat(series.running().count()).isEqualTo(1);
        assertThat(series.running().mean()).isEqualTo(20);
    }

    @Test
    void anAverageAboveTheThresholdTurnsTheSensorsDeviceOnAndBelowItOff() {
        DeviceState device = DeviceState.of("s1");
        assertThat(measure(20, 1).desiredStates()).isEmpty();
        DesiredState on = measure(40, 2).desiredStates().getFirst();
        Transition first = requireNonNull(core.apply(device, on).transition());
        assertThat(first.turnOn()).isTrue();
        assertThat(first.average()).isEqualTo(30);
        assertThat(first.issuedAtMicros()).isEqualTo(2_000_000);
        assertThat(first.sequence()).isEqualTo(1);
        assertThat(first.id()).hasSize(32);
        DesiredState off = measure(-40, 3).desiredStates().getFirst();
        Transition second = requireNonNull(core.apply(device, off).transition());
        assertThat(second.turnOn()).isFalse();
        assertThat(second.id()).isNotEqualTo(first.id());
    }
}
