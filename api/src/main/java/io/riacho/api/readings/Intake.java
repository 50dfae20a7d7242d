package io.riacho.api.readings;

/// Takes submissions to the disk. Bounded in bytes; safe for use by many threads; never blocks.
public interface Intake {

    /// Takes a submission: always, since its bytes were read already. An empty batch is answered in
    /// its turn, like any other.
    ///
    /// @return false when the intake is now full: the caller must stop reading from its sender, and
    ///     go on when [#whenReady(Runnable)] says so
    boolean submit(Submission submission);

    /// Whether the intake is full now, for doors that also give the disk work in other ways.
    boolean isFull();

    /// Runs `resume` once, when there is room again; at once, on the caller's thread, when there is
    /// now. Otherwise on a thread of the pipeline, where it must not block.
    void whenReady(Runnable resume);
}
