package io.riacho.api.commands;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Overrides of the rules by hand. Safe for use by many threads.
public interface Overrides {

    /// What came of a request.
    enum Answer {
        /// It is on disk, and what follows from it is in [Commands].
        DONE,
        /// It would make more devices than may be known; nothing was changed.
        TOO_MANY_DEVICES,
        /// It could not be made durable, or the server cannot tell whether it was; try again.
        FAILED
    }

    /// A device that is on or off by hand, whatever its rules of a lower priority say.
    ///
    /// @param priority rules of a higher one decide against it
    /// @param sinceMicros when that was requested, µs since 1970 UTC
    /// @param untilMicros when rules decide again, µs since 1970 UTC; [#UNTIL_CLEARED]: not by itself
    record ActiveOverride(
            String device, boolean turnOn, int priority, long sinceMicros, long untilMicros) {

        public static final long UNTIL_CLEARED = Long.MAX_VALUE;
    }

    /// Carries out a request. The answer comes on a thread of the pipeline.
    void request(OverrideRequest request, Consumer<Answer> answer);

    /// The override of a device that is in force now.
    Optional<ActiveOverride> active(String device);

    /// All that are in force, by device.
    List<ActiveOverride> active();
}
