package io.riacho.core.stream;

import io.riacho.core.model.Reading;

/// A record of the log that concerns one sensor, with its position in that log.
public sealed interface SensorRecord {

    /// The record's place in the log; rises from record to record.
    long position();

    /// A reading arrived.
    record Measured(long position, Reading reading) implements SensorRecord {}

    /// A late reading was looked up among the rows that the core had forgotten.
    ///
    /// @param metric the metric of the late reading
    /// @param of the position of the late reading
    /// @param found whether there is a row of that series and timestamp
    /// @param keptValue that row's value; of no meaning when not found
    record Resolution(long position, String metric, long of, boolean found, double keptValue)
            implements SensorRecord {}

    /// Every row whose position is at most `upTo` is held durably elsewhere and can be looked up.
    record Sealed(long position, long upTo) implements SensorRecord {}

    /// Time has passed.
    ///
    /// @param timeMicros the host's clock, the one of [Reading#receivedAtMicros()]
    record Tick(long position, long timeMicros) implements SensorRecord {}

    /// From here on other rules are in force: those of the core that this record is applied with.
    record RulesChanged(long position) implements SensorRecord {}

    /// Hand out all open windows as they are now, for instance before the host goes away.
    record Flush(long position) implements SensorRecord {}
}
