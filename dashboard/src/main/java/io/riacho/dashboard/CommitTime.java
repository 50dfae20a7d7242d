package io.riacho.dashboard;

import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.ValueAtPercentile;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Reads the time of a group commit from its timer.
final class CommitTime {

    private final Timer timer;

    /// @param timer publishes the 99th percentile
    CommitTime(Timer timer) {
        this.timer = timer;
    }

    /// The 99th percentile of the last minutes in ms, or null when nothing was committed or measured.
    @Nullable Double millisP99() {
        if (timer.count() == 0) {
            return null;
        }
        for (ValueAtPercentile each : timer.takeSnapshot().percentileValues()) {
            if (each.percentile() == 0.99) {
                return each.value(TimeUnit.MILLISECONDS);
            }
        }
        return null;
    }
}
