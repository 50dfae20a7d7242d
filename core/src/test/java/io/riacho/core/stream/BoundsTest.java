package io.riacho.core.stream;

import static io.riacho.core.stream.Testing.SECOND;
import static io.riacho.core.stream.Testing.above;
import static io.riacho.core.stream.Testing.temperature;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.riacho.core.Seed;
import io.riacho.core.rules.Rule;
import io.riacho.core.rules.RuleSet;
import io.riacho.core.rules.RuleWindow;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The limits of a state, and its condition once they are reached.
class BoundsTest {

    private final StreamCore core =
            new StreamCore(
                    StreamOptions.DEFAULT.withRememberedPerSeries(4).withPendingLateMax(3),
                    RuleSet.of(
                            new Rule(
                                    "hot",
                                    "v",
                                    "temperature",
                                    List.of(),
                                    new RuleWindow.Sliding(Duration.ofMinutes(10)),
                                    above(25),
                                    null,
                                    Duration.ZERO,
                                    0,
                                    List.of("{sensor}"),
                                    true)));
    private final SensorState state = SensorState.of("s");
    private long position;

    private Outcome measure(double value, long second) {
        return core.apply(state, new SensorRecord.Measured(position++, temperature(value, second)));
    }

    private SeriesState series() {
        return requireNonNull(state.series("temperature"));
    }

    @Test
    void whatIsSealedIsForgottenButForTheNewestRows() {
        for (int second = 1; second <= 10; second++) {
            measure(second, second);
        }
        core.apply(state, new SensorRecord.Sealed(position++, 4));
        assertThat(series().rememberedRows()).isEqualTo(5);
        assertThat(series().floorMicros()).isEqualTo(5 * SECOND);
        core.apply(state, new SensorRecord.Sealed(position++, 1_000));
        assertThat(series().rememberedRows()).isEqualTo(4);
        assertThat(series().floorMicros()).isEqualTo(6 * SECOND);
        assertThat(measure(7, 7).verdict()).isEqualTo(Verdict.DUPLICATE);
        assertThat(measure(6, 6).verdict()).isEqualTo(Verdict.LATE);
    }

    @Test
    void lateReadingsBeyondTheLimitAreNotHeld() {
        for (int second = 1; second <= 10; second++) {
            measure(second, second);
        }
        core.apply(state, new SensorRecord.Sealed(position++, 9));
        assertThat(requireNonNull(measure(1, 1).late()).held()).isTrue();
        assertThat(measure(2, 1).late()).as("waits behind the first").isNull();
        assertThat(requireNonNull(measure(2, 2).late()).held()).isTrue();
        Outcome fourth = measure(3, 3);
        assertThat(fourth.verdict()).isEqualTo(Verdict.LATE);
        assertThat(requireNonNull(fourth.late()).held()).isFalse();
        assertThat(requireNonNull(measure(9, 1).late()).held()).isFalse();
        assertThat(state.pendingLate()).isEqualTo(3);
        assertThat(series().unresolved()).hasSize(2);
        long first = series().unresolved().getFirst().position();
        Outcome settled =
                core.apply(
                        state,
                        new SensorRecord.Resolution(position++, "temperature", first, true, 1.0));
        assertThat(settled.settled())
                .extracting(Settled::verdict)
                .containsExactly(Verdict.DUPLICATE, Verdict.CONFLICT);
        assertThat(settled.conflicts())
                .singleElement()
                .extracting(Conflict::keptValue)
                .isEqualTo(1.0);
        assertThat(state.pendingLate()).isEqualTo(1);
        assertThat(requireNonNull(measure(3, 3).late()).held()).isTrue();
    }

    @Test
    void aResolutionOfNothingThatWaitsChangesNothing() {
        measure(1, 1);
        byte[] before = Testing.bytes(state);
        Outcome outcome =
                core.apply(
                        state,
                        new SensorRecord.Resolution(position++, "temperature", 99, false, 0));
        assertThat(outcome.verdict()).isEqualTo(Verdict.NONE);
        core.apply(state, new SensorRecord.Resolution(position++, "unknown", 0, false, 0));
        assertThat(Testing.bytes(state)).isEqualTo(before);
    }

    @Test
    void aLateRowIsRememberedUntilItIsSealed() {
        for (int second = 11; second <= 20; second++) {
            measure(second, second);
        }
        core.apply(state, new SensorRecord.Sealed(position++, 9));
        long late = requireNonNull(measure(1, 1).late()).position();
        long row = position++;
        Outcome settled =
                core.apply(state, new SensorRecord.Resolution(row, "temperature", late, false, 0));
        assertThat(requireNonNull(settled.row()).position()).isEqualTo(row);
        assertThat(series().running().count()).isEqualTo(11);
        assertThat(measure(1, 1).verdict()).isEqualTo(Verdict.DUPLICATE);
        assertThat(measure(2, 1).verdict()).isEqualTo(Verdict.CONFLICT);
        core.apply(state, new SensorRecord.Sealed(position++, row - 1));
        assertThat(measure(1, 1).verdict()).isEqualTo(Verdict.DUPLICATE);
        core.apply(state, new SensorRecord.Sealed(position++, row));
        assertThat(measure(1, 1).verdict()).isEqualTo(Verdict.LATE);
    }

    @Test
    void openWindowsAreBounded() {
        for (int i = 0; i < 1_000; i++) {
            measure(1, 1_000_000 - i * 60L);
        }
        assertThat(series().windows()).hasSizeLessThanOrEqualTo(16);
    }

    @Test
    @Timeout(60)
    void aMillionReadingsOutOfOrderAreTakenInTime() {
        long rows = 0;
        for (int i = 0; i < 1_000_000; i++) {
            rows += measure(i, (long) i * 611_953 % 1_000_003).row() != null ? 1 : 0;
        }
        assertThat(rows).isEqualTo(1_000_000);
        assertThat(series().rememberedRows()).isEqualTo(1_000_000);
        core.apply(state, new SensorRecord.Sealed(position++, position));
        assertThat(series().rememberedRows()).isEqualTo(4);
    }

    @Test
    void aDamagedStateIsRefusedAndNeverMoreThanAnException() {
        for (int second = 1; second <= 10; second++) {
            measure(30, second);
        }
        core.apply(state, new SensorRecord.Sealed(position++, 5));
        measure(1, 1);
        byte[] bytes = Testing.bytes(state);
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> read(cut)).isInstanceOf(IOException.class);
        }
        Seed seed = Seed.next();
        SplittableRandom random = seed.random(0);
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] flipped = bytes.clone();
            flipped[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
            try {
                read(flipped);
            } catch (IOException e) {
                refused++;
            }
        }
        assertThat(refused).as(seed::toString).isPositive();
        byte[] later = bytes.clone();
        later[0] = 99;
        assertThatThrownBy(() -> read(later)).hasMessageContaining("format 99");
    }

    private static SensorState read(byte[] bytes) throws IOException {
        return SensorState.readFrom(new DataInputStream(new ByteArrayInputStream(bytes)));
    }

    @Test
    void aReadingOfAnotherSensorIsAProgrammersError() {
        assertThatThrownBy(() ->
                        core.apply(
                                SensorState.of("t"),
                                new SensorRecord.Measured(0, temperature(1, 1))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'s'");
    }
}
