package io.riacho.core;

import java.util.SplittableRandom;

/// The seed of a random test: a fresh one, or that of `-Driacho.seed=N`.
public record Seed(long value) {

    public static Seed next() {
        Long given = Long.getLong("riacho.seed");
        return new Seed(given != null ? given : System.nanoTime() & 0xFFFF_FFFFL);
    }

    public SplittableRandom random(long run) {
        return new SplittableRandom(value * 1_000_003 + run);
    }

    @Override
    public String toString() {
        return "replay with -Driacho.seed=" + value;
    }
}
