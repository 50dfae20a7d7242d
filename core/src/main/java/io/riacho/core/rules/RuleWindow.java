package io.riacho.core.rules;

import java.time.Duration;

/// The readings of a series that a rule looks at.
public sealed interface RuleWindow {

    /// All since the beginning.
    record Running() implements RuleWindow {}

    /// Those of the latest stretch of event time, in steps of a 60th of it: what the oldest step
    /// holds leaves at once. Nothing older than `length` counts; what does count reaches back
    /// between 59/60 of it and all of it.
    ///
    /// @param length 60 ms to 366 days
    record Sliding(Duration length) implements RuleWindow {

        public static final Duration LENGTH_MIN = Duration.ofMillis(60);
        public static final Duration LENGTH_MAX = Duration.ofDays(366);

        public Sliding {
            if (length.compareTo(LENGTH_MIN) < 0 || length.compareTo(LENGTH_MAX) > 0) {
                throw new IllegalArgumentException(
                        "a sliding window of " + length + "; it must be 60 ms to 366 days");
            }
        }
    }
}
