package io.riacho.api.readings;

import java.util.List;

/// Readings on their way to the disk, with the way back to their sender.
///
/// Exactly one of [#durable] and [#failed] is called, once, on a thread of the pipeline; it must not
/// block and must not throw. Receipts of one submitter come in the order in which it submitted.
public abstract class Submission {

    private final Source source;
    private final ReadingBatch readings;
    private final int bytes;

    /// @param bytes what the payload took on the wire; what counts against the intake's bound is that
    ///     and the batch's own size
    protected Submission(Source source, ReadingBatch readings, int bytes) {
        this.source = source;
        this.readings = readings;
        this.bytes = bytes;
    }

    public final Source source() {
        return source;
    }

    public final ReadingBatch readings() {
        return readings;
    }

    /// The size that counts against the intake's bound, in bytes.
    public final long weightBytes() {
        return bytes + 64L + 32L * readings.size();
    }

    /// Every reading is on disk, but for those listed, which were refused (mostly none). In order of
    /// index.
    protected abstract void durable(List<Refusal> refusals);

    /// Nothing of it was stored.
    protected abstract void failed(Failure failure);

    /// For the pipeline.
    public final void complete(List<Refusal> refusals) {
        durable(refusals);
    }

    /// For the pipeline.
    public final void fail(Failure failure) {
        failed(failure);
    }
}
