package io.riacho.pipeline.stages;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// A clock of the time of day, in µs since 1970 UTC. May jump, as the system's clock does.
@FunctionalInterface
public interface MicroClock {

    long nowMicros();

    static MicroClock system() {
        return () -> ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    }
}
