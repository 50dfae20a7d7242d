package io.riacho.field;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.riacho.api.readings.SeriesTable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The properties of the model that the demo stands on.
class FieldTest {

    private static final long START_MICROS = 1_763_683_200_000_000L;

    private static long seed() {
        return Long.getLong("riacho.seed", new SplittableRandom().nextLong());
    }

    private static List<Emission> run(Field field, Valves valves, int from, int steps) {
        List<Emission> all = new ArrayList<>();
        for (int i = from + 1; i <= from + steps; i++) {
            all.addAll(field.step(START_MICROS + i * 1_000_000L, 1, valves));
        }
        return all;
    }

    @Test
    void sameSeedSameField() {
        long seed = seed();
        assertThat(run(new Field(seed, 5), new Valves(5), 0, 500))
                .as("seed %d", seed)
                .isEqualTo(run(new Field(seed, 5), new Valves(5), 0, 500))
                .isNotEqualTo(run(new Field(seed + 1, 5), new Valves(5), 0, 500));
    }

    /// The demo's rule, done naively: on above 28 over 30 s, off below 26.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void ruleOverASlidingAverageOpensAndClosesValvesAgainAndAgain(long seed) {
        int plots = 24;
        Field field = new Field(seed, plots);
        Valves valves = new Valves(plots);
        List<ArrayDeque<Double>> recent = new ArrayList<>();
        for (int plot = 0; plot < plots; plot++) {
            recent.add(new ArrayDeque<>());
        }
        int[] turnsInFirstMinute = new int[plots];
        int[] turnsInThirdDay = new int[plots];
        int day = (int) Field.DAY_SECONDS;
        for (int second = 1; second <= 3 * day; second++) {
            field.step(START_MICROS + second * 1_000_000L, 1, valves);
            for (int plot = 0; plot < plots; plot++) {
                ArrayDeque<Double> window = recent.get(plot);
                window.addLast(field.temperature(plot));
                if (window.size() > 30) {
                    window.removeFirst();
                }
                double average =
                        window.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
                boolean on = valves.isOpen(plot) ? average >= 26 : average > 28;
                if (valves.turn(plot, on)) {
                    turnsInFirstMinute[plot] += second <= 60 ? 1 : 0;
                    turnsInThirdDay[plot] += second > 2 * day ? 1 : 0;
                }
            }
        }
        int early = 0;
        for (int plot = 0; plot < plots; plot++) {
            early += turnsInFirstMinute[plot] >= 2 ? 1 : 0;
            assertThat(turnsInThirdDay[plot])
                    .as("turns of plot %d within the third day", plot)
                    .isBetween(2, day / 10);
        }
        assertThat(early).as("plots that went on and off within a minute").isPositive();
    }

    @Test
    void waterCoolsAndMoistens() {
        long seed = seed();
        Field field = new Field(seed, 2);
        Valves valves = new Valves(2);
        Field dry = new Field(seed, 2);
        valves.turn(1, true);

        run(field, valves, 0, 120);
        run(dry, new Valves(2), 0, 120);

        assertThat(field.temperature(0)).isCloseTo(dry.temperature(0), within(1e-9));
        assertThat(field.temperature(1)).isLessThan(dry.temperature(1) - 8);
        assertThat(field.humidity(1)).isGreaterThan(dry.humidity(1) + 8);
    }

    @Test
    void everythingMeasuredIsPlausibleAndStorable() throws Exception {
        long seed = seed();
        SplittableRandom random = new SplittableRandom(seed);
        Field field = new Field(seed, 24);
        Valves valves = new Valves(24);
        SeriesTable ids = new SeriesTable(1000);
        for (int step = 0; step < 1000; step++) {
            valves.turn(random.nextInt(24), random.nextBoolean());
            for (Emission emission : run(field, valves, step, 1)) {
                if (emission instanceof Emission.Measured measured) {
                    ids.series(measured.sensor(), measured.metric());
                    assertThat(measured.value())
                            .as("seed %d: %s", seed, measured)
                            .isBetween(0.0, measured.metric().equals("temperature") ? 45.0 : 100.0);
                }
            }
        }
    }

    @Test
    void lateDoubledAndBrokenReadingsComeNowAndThen() {
        long seed = seed();
        int steps = 3000;
        List<Emission> all = run(new Field(seed, 24), new Valves(24), 0, steps);
        int measured = 24 * 2 * steps;
        Map<Emission.Delivery, Integer> deliveries = new HashMap<>();
        int broken = 0;
        for (Emission emission : all) {
            switch (emission) {
                case Emission.Measured m -> deliveries.merge(m.delivery(), 1, Integer::sum);
                case Emission.Broken _ -> broken++;
            }
        }
        assertThat((double) deliveries.getOrDefault(Emission.Delivery.LATE, 0) / measured)
                .as("late, seed %d", seed)
                .isCloseTo(1 / 250.0, within(0.001));
        assertThat((double) deliveries.getOrDefault(Emission.Delivery.AGAIN, 0) / measured)
                .as("doubled, seed %d", seed)
                .isCloseTo(1 / 200.0, within(0.001));
        assertThat((double) broken / measured)
                .as("broken, seed %d", seed)
                .isCloseTo(1 / 400.0, within(0.001));
    }

    @Test
    void lateIsLateAndDoubledIsTheSameAgain() {
        long seed = seed();
        Field field = new Field(seed, 24);
        Valves valves = new Valves(24);
        Map<String, Double> seen = new HashMap<>();
        for (int step = 0; step < 1000; step++) {
            long now = START_MICROS + (step + 1) * 1_000_000L;
            for (Emission emission : run(field, valves, step, 1)) {
                if (!(emission instanceof Emission.Measured m)) {
                    continue;
                }
                String key = m.sensor() + m.metric() + m.timestampMicros();
                Double before = seen.put(key, m.value());
                switch (m.delivery()) {
                    case ON_TIME -> {
                        assertThat(m.timestampMicros()).isEqualTo(now);
                        assertThat(before).as("seed %d: %s", seed, m).isNull();
                    }
                    case LATE -> {
                        assertThat(now - m.timestampMicros()).isBetween(20_000_000L, 91_000_000L);
                        assertThat(before).as("seed %d: %s", seed, m).isNull();
                    }
                    case AGAIN ->
                            assertThat(before).as("seed %d: %s", seed, m).isEqualTo(m.value());
                }
            }
        }
    }
}
