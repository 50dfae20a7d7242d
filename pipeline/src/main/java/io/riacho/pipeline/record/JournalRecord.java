package io.riacho.pipeline.record;

/// A record of the journal, which holds everything that changes the state. `docs/formats/records.md` has the
/// bytes. Each record belongs to the sealed set of one folder below `state`.
public interface JournalRecord {

    /// Which record it is: decides who reads, writes and folds it.
    RecordKind recordKind();

    /// How many positions it takes, at least 1.
    default int positions() {
        return 1;
    }
}
