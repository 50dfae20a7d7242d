package io.riacho.simulation;

import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

/// The number that a random test was made from, so that its failure can be replayed:
/// `-Driacho.seed=N`.
///
/// As a test's parameter it shows in the test's name; [#run(Property)] puts it into the failure as well.
public record Seed(long value) {

    /// The system property that fixes the seed.
    public static final String PROPERTY = "riacho.seed";

    /// The one that [#PROPERTY] names, otherwise a new one.
    ///
    /// @throws IllegalArgumentException when the property is not a number
    public static Seed random() {
        String fixed = System.getProperty(PROPERTY, "");
        if (fixed.isEmpty()) {
            return new Seed(ThreadLocalRandom.current().nextLong(1L << 48));
        }
        try {
            return new Seed(Long.parseLong(fixed.strip()));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "-D" + PROPERTY + " must be a whole number: " + fixed, e);
        }
    }

    /// As many new ones, or just the one that [#PROPERTY] names.
    public static List<Seed> several(int count) {
        if (!System.getProperty(PROPERTY, "").isEmpty()) {
            return List.of(random());
        }
        return IntStream.range(0, count).mapToObj(_ -> random()).toList();
    }

    /// A generator that gives the same numbers each time.
    public SplittableRandom generator() {
        return new SplittableRandom(value);
    }

    /// A test's body.
    @FunctionalInterface
    public interface Property {
        void check(SplittableRandom random) throws Exception;
    }

    /// Runs the body with this seed's generator; whatever it throws is the cause of an [AssertionError] that says how to replay it.
    public void run(Property property) {
        try {
            property.check(generator());
        } catch (Exception | AssertionError e) {
            throw new AssertionError(e.getMessage() + " [" + this + ']', e);
        }
    }

    @Override
    public String toString() {
        return "replay with -D" + PROPERTY + '=' + value;
    }
}
