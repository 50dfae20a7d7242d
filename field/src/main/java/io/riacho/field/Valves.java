package io.riacho.field;

import java.util.concurrent.atomic.AtomicIntegerArray;

/// The positions of the valves, a plot each. Turned by actuators' threads, seen by the model's.
final class Valves {

    private final AtomicIntegerArray open;

    Valves(int plots) {
        open = new AtomicIntegerArray(plots);
    }

    int plots() {
        return open.length();
    }

    boolean isOpen(int plot) {
        return open.get(plot) != 0;
    }

    /// Turns one.
    ///
    /// @return whether it was the other way before
    boolean turn(int plot, boolean on) {
        return open.getAndSet(plot, on ? 1 : 0) != (on ? 1 : 0);
    }

    int countOpen() {
        int count = 0;
        for (int plot = 0; plot < open.length(); plot++) {
            count += open.get(plot);
        }
        return count;
    }
}
