package io.riacho.dashboard;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.ValueAtPercentile;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// How long a group commit takes, as the path publishes it.
final class CommitTime {

    private static final String TIMER = "riacho.journal.commit";

    private final MeterRegistry meters;

    CommitTime(MeterRegistry meters) {
        this.meters = meters;
    }

    /// The 99th percentile of the last minutes in ms, or null when nothing was committed or measured.
    @Nullable Double millisP99() {
        Timer timer = meters.find(TIMER).timer();
        if (timer == null || timer.count() == 0) {
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
