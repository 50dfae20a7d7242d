package io.riacho.pipeline.stages;

import io.riacho.pipeline.record.JournalRecord;
import java.util.List;

/// One journal entry: what one group commit made durable.
///
/// @param basePosition position of its first record
/// @param positions how many positions it takes
/// @param folded to be run once its records are folded
record Entry(long basePosition, int positions, List<JournalRecord> records, List<Runnable> folded) {

    /// The position after its last record.
    long endPosition() {
        return basePosition + positions;
    }
}
