package io.riacho.core.rules;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Globs of sensors' ids.
class GlobsTest {

    @ParameterizedTest
    @CsvSource({
        "field-*, field-1, true",
        "field-*, field-, true",
        "field-*, fiel, false",
        "*, anything, true",
        "a?c, abc, true",
        "a?c, ac, false",
        "*-1, field-1, true",
        "*-1, field-11, false",
        "a*b*c, a1b2c, true",
        "a*b*c, a1c2b, false",
        "**, x, true",
        "a.c, abc, false",
        "abc, abc, true",
        "abc, abcd, false",
    })
    void matchAsTheySay(String glob, String text, boolean expected) {
        assertThat(Globs.matches(glob, text)).isEqualTo(expected);
    }

    @Test
    @Timeout(10)
    void manyStarsTakeNoExponentialTime() {
        assertThat(Globs.matches("*a".repeat(60) + "b", "a".repeat(128))).isFalse();
    }
}
