package io.riacho.api.commands;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Commands by hand. Safe for use by many threads.
public interface Overrides {

    /// What came of an order.
    enum Answer {
        /// It is on disk, and what follows from it is in [Commands].
        DONE,
        /// It would make more devices than may be known; nothing was changed.
        TOO_MANY_DEVICES,
        /// It could not be made durable, or the server cannot tell whether it was; try again.
        FAILED
    }

    /// A device that is held on or off by hand.
    ///
    /// @param priority rules of a higher one decide against it
    /// @param sinceMicros when that was ordered, µs since 1970 UTC
    /// @param untilMicros when rules decide again, µs since 1970 UTC; [#UNTIL_RELEASED]: not by itself
    record Held(String device, boolean turnOn, int priority, long sinceMicros, long untilMicros) {

        public static final long UNTIL_RELEASED = Long.MAX_VALUE;
    }

    /// Carries out an order. The answer comes on a thread of the pipeline.
    void order(OverrideRequest order, Consumer<Answer> answer);

    /// How a device is held now, if it is.
    Optional<Held> held(String device);

    /// All that are held, by device.
    List<Held> held();
}
