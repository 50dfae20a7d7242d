package io.riacho.field;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/// The valves' drives: turn a valve, whichever way its command came. Safe for use by many threads.
final class Drives {

    /// A valve that was turned.
    ///
    /// @param average what the rule saw; NaN when a person did it
    record Turned(int plot, boolean on, double average, String rule) {}

    private final Valves valves;
    private final Consumer<Turned> turned;
    private final AtomicLongArray newest;
    private final LongAdder acknowledged = new LongAdder();

    /// @param turned called on the thread that obeys
    Drives(Valves valves, Consumer<Turned> turned) {
        this.valves = valves;
        this.turned = turned;
        this.newest = new AtomicLongArray(valves.plots());
    }

    int plots() {
        return valves.plots();
    }

    /// Does as a command says. It may come twice, and a newer one makes an older one void.
    void obey(int plot, long sequence, boolean on, double average, String rule) {
        if (newest.getAndAccumulate(plot, sequence, Math::max) <= sequence
                && valves.turn(plot, on)) {
            turned.accept(new Turned(plot, on, average, rule));
        }
    }

    /// The server has made an acknowledgement durable.
    void countAcknowledged() {
        acknowledged.increment();
    }

    /// Commands whose acknowledgement the server has made durable.
    long acknowledged() {
        return acknowledged.sum();
    }
}
