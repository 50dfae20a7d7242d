package io.riacho.rules;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Conditions that begin and end a command, and whether both may hold at once.
class HysteresisTest {

    private static Comparison comparison(String text) {
        return Objects.requireNonNull(Comparison.of(text), text);
    }

    @ParameterizedTest
    @CsvSource({
        "average > 25, average < 24, false",
        "average > 25, average <= 25, false",
        "average >= 25, average < 25, false",
        "average < 10, average > 12, false",
        "average == 25.5, average != 25.5, false",
        "average > 25, min < 30, false",
        "count > 3, count < 4, false",
        "average > 25, average > 30, true",
        "average > 25, average < 30, true",
        "average >= 25, average <= 25, true",
        "average < 10, average < 8, true",
        "average > 25, average != 20.0, true",
        "count > 3, count < 5, true",
        "count > 3, count < 100, true",
    })
    void conditionsOfOneVariableThatHoldAtOnceAreFound(String when, String until, boolean both) {
        Double shared = comparison(when).sharedWith(comparison(until));
        assertThat(shared != null).isEqualTo(both);
        assertThat(comparison(until).sharedWith(comparison(when)) != null).isEqualTo(both);
    }
}
