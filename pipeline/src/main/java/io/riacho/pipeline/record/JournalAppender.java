package io.riacho.pipeline.record;

/// Takes records of the server's own for the journal. Safe for use by many threads.
@FunctionalInterface
public interface JournalAppender {

    /// Queues a record for the next group commit.
    void append(SystemRecord record);
}
