package io.riacho.rules;

import io.riacho.core.model.Statistics;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A variable that a condition may ask about.
enum Variable {
    AVERAGE("average"),
    COUNT("count"),
    MIN("min"),
    MAX("max"),
    LAST("last"),
    STDDEV("stddev"),
    VARIANCE("variance");

    final String text;

    Variable(String text) {
        this.text = text;
    }

    /// As a double; a count is exact up to 2^53.
    double of(Statistics statistics) {
        return switch (this) {
            case AVERAGE -> statistics.mean();
            case COUNT -> statistics.count();
            case MIN -> statistics.min();
            case MAX -> statistics.max();
            case LAST -> statistics.last();
            case STDDEV -> statistics.stddev();
            case VARIANCE -> statistics.variance();
        };
    }

    boolean isWhole() {
        return this == COUNT;
    }

    static @Nullable Variable called(String text) {
        for (Variable variable : values()) {
            if (variable.text.equals(text)) {
                return variable;
            }
        }
        return null;
    }

    /// All of them, for people.
    static String list() {
        return Arrays.stream(values()).map(v -> v.text).collect(Collectors.joining(", "));
    }
}
