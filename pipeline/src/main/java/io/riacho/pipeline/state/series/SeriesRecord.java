package io.riacho.pipeline.state.series;

import io.riacho.pipeline.record.JournalRecord;
import io.riacho.pipeline.record.RecordKind;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// The records that change series and sensors.
public sealed interface SeriesRecord extends JournalRecord {

    /// A series gets its number; numbers are given in order from 0.
    record SeriesDefined(int number, String sensor, String metric) implements SeriesRecord {
        @Override
        public RecordKind recordKind() {
            return RecordKind.SERIES_DEFINED;
        }
    }

    /// Readings of one door, in columns; each takes one position. Columns may be longer than `size`.
    ///
    /// @param series series numbers
    /// @param given whether the server gave the timestamp; null when it gave none
    /// @param units units; null when there is none
    /// @param receivedAtMicros when they were taken from the intake, µs since 1970 UTC
    // Columns, never compared.
    @SuppressWarnings("ArrayRecordComponent")
    record Readings(
            int source,
            long receivedAtMicros,
            int size,
            int[] series,
            long[] timestamps,
            double[] values,
            boolean @Nullable [] given,
            @Nullable String @Nullable [] units)
            implements SeriesRecord {
        @Override
        public RecordKind recordKind() {
            return RecordKind.READINGS;
        }

        @Override
        public int positions() {
            return size;
        }
    }

    /// What the lake knew of a late reading.
    ///
    /// @param series the late reading's series number
    /// @param of the late reading's position
    /// @param found whether sealed files hold a reading of that series and timestamp
    /// @param keptValue its value, if found
    record Resolved(int series, long of, boolean found, double keptValue) implements SeriesRecord {
        @Override
        public RecordKind recordKind() {
            return RecordKind.RESOLVED;
        }
    }

    /// Every row up to a position is in the lake's files.
    record SealedUpTo(long upTo) implements SeriesRecord {
        @Override
        public RecordKind recordKind() {
            return RecordKind.SEALED_UP_TO;
        }
    }

    /// Time went on while something waits for it: a condition that has to hold, or an order by hand.
    record ClockTick(long timeMicros) implements SeriesRecord {
        @Override
        public RecordKind recordKind() {
            return RecordKind.CLOCK_TICK;
        }
    }

    /// The rules in force from here on, as `Rules` writes them; read-only.
    record RulesSet(ByteBuffer definitions) implements SeriesRecord {
        @Override
        public RecordKind recordKind() {
            return RecordKind.RULES_SET;
        }
    }
}
