package io.riacho.pipeline.stages;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// The pause after something failed and before it is tried again: twice as long after each failure
/// that follows another, up to a most. Safe for use by many threads.
///
/// It measures by the time of day. A clock that goes back ends the pause, and one that goes forward
/// does too, so that no jump makes it longer.
final class BackOff {

    private final long firstMicros;
    private final long mostMicros;

    /// The pause in force; 0 when there is none.
    private long pauseMicros;

    private long sinceMicros;

    BackOff(Duration first, Duration most) {
        firstMicros = TimeUnit.MICROSECONDS.convert(first);
        mostMicros = TimeUnit.MICROSECONDS.convert(most);
    }

    /// Whether it is too early to try again.
    synchronized boolean isOn(long nowMicros) {
        return pauseMicros > 0 && nowMicros >= sinceMicros && nowMicros - sinceMicros < pauseMicros;
    }

    /// Begins a pause, unless one is on already.
    ///
    /// @return whether this failure is the first after a success
    synchronized boolean failed(long nowMicros) {
        if (isOn(nowMicros)) {
            return false;
        }
        boolean first = pauseMicros == 0;
        pauseMicros = first ? firstMicros : Math.min(mostMicros, 2 * pauseMicros);
        sinceMicros = nowMicros;
        return first;
    }

    synchronized void succeeded() {
        pauseMicros = 0;
    }
}
