package io.riacho.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.riacho.core.model.Statistics;
import io.riacho.core.rules.Condition;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CelConditionsTest {

    private final CelConditions conditions = new CelConditions();

    private static Statistics statistics(double... values) {
        Statistics statistics = new Statistics();
        for (int i = 0; i < values.length; i++) {
            statistics.add(values[i], i);
        }
        return statistics;
    }

    private static <T> T any(SplittableRandom random, T[] among) {
        return among[random.nextInt(among.length)];
    }

    @ParameterizedTest
    @CsvSource({
        "average > 25, false",
        "average >= 20, true",
        "average == 20.0, true",
        "count == 3, true",
        "count > 2.5, true",
        "count < 3, false",
        "min == 10.0, true",
        "max < 31, true",
        "last != 30.0, false",
        "stddev > 8.1 && stddev < 8.2, true",
        "variance > 66 && variance < 67, true",
        "max - min > 15.0, true",
        "average > 25 || count >= 3, true",
        "!(average > 25), true",
        "average * 2.0 > 39.0 ? count == 3 : false, true",
        "double(count) * average == 60.0, true",
        "average > -1e3, true",
        "average > 25 - 10, true",
    })
    void saysOf10And20And30(String text, boolean expected) throws RuleException {
        Condition condition = conditions.compile("r", "when", text);
        assertThat(condition.holds(statistics(10, 20, 30))).isEqualTo(expected);
        assertThat(condition.text()).isEqualTo(text);
    }

    @Test
    void aComparisonRunNativelyAndByCelAgree() throws RuleException {
        long seed = Long.getLong("riacho.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        int native_ = 0;
        int held = 0;
        for (int i = 0; i < 600; i++) {
            Statistics statistics = new Statistics();
            for (int n = random.nextInt(1, 6); n > 0; n--) {
                statistics.add(random.nextInt(-3, 4) * (random.nextBoolean() ? 1 : 0.5), n);
            }
            Variable variable = any(random, Variable.values());
            Comparison.Operator operator = any(random, Comparison.Operator.values());
            String number =
                    switch (random.nextInt(5)) {
                        case 0 -> Integer.toString(random.nextInt(-4, 5));
                        case 1 -> random.nextInt(-4, 5) + ".5";
                        case 2 -> random.nextInt(-4, 5) + "e" + random.nextInt(-2, 3);
                        case 3 -> Double.toString(variable.of(statistics));
                        default -> "9007199254740" + random.nextInt(10, 100);
                    };
            String space = random.nextBoolean() ? " " : "";
            String text = variable.text + space + operator.sign + space + number;
            Comparison comparison = Comparison.of(text);
            if (comparison == null) {
                continue;
            }
            native_++;
            boolean byCel = conditions.compileCel("r", "when", text).holds(statistics);
            held += byCel ? 1 : 0;
            assertThat(comparison.holds(statistics))
                    .as("'%s' of %s, -Driacho.seed=%d", text, statistics, seed)
                    .isEqualTo(byCel);
        }
        assertThat(native_).isGreaterThan(300);
        assertThat(held).isBetween(60, native_ - 60);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "average",
                "average >",
                "averge > 25",
                "average > '25'",
                "average > 025x",
                "max > min + 1",
                "[1, 2].exists(x, average > 1.0) && all",
                "",
            })
    void whatIsWrongIsToldWithRulePlaceAndVariables(String text) {
        assertThatThrownBy(() -> conditions.compile("hot", "until", text))
                .isInstanceOf(RuleException.class)
                .hasMessageContaining("rule 'hot': 'until'");
    }

    @Test
    void aCompileErrorNamesTheColumnAndTheVariables() {
        assertThatThrownBy(() -> conditions.compile("hot", "when", "count > 1 && averge > 25"))
                .hasMessageContaining("line 1, column 14")
                .hasMessageContaining("averge")
                .hasMessageContaining("average, count, min, max, last, stddev, variance");
    }

    @Test
    void aConditionThatFailsDoesNotHoldAndIsCounted() throws RuleException {
        Condition condition = conditions.compile("r", "when", "100 / (count - 1) > 3");
        assertThat(condition.holds(statistics(1))).isFalse();
        assertThat(condition.holds(statistics(1))).isFalse();
        assertThat(conditions.failures()).isEqualTo(2);
        assertThat(condition.holds(statistics(1, 2))).isTrue();
        assertThat(conditions.failures()).isEqualTo(2);
    }

    @Test
    void macrosAreOff() {
        assertThatThrownBy(() ->
                        conditions.compile("r", "when", "[1, 2, 3].all(x, average > double(x))"))
                .isInstanceOf(RuleException.class);
    }

    @Test
    void aSimpleConditionDoesNotNeedCel() throws RuleException {
        assertThat(
                        List.of(
                                conditions.compile("r", "when", "average > 25"),
                                conditions.compile("r", "when", " stddev<=0.5e-3 ")))
                .allMatch(Comparison.class::isInstance);
    }
}
