package io.riacho.pipeline.record;

import io.riacho.api.readings.Failure;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A record that the server itself journals, with what follows. System records go before submissions
/// and are not bounded by the intake: each kind is bounded by what causes it.
///
/// @param record what to journal
/// @param durable runs once it is on disk, on the journal thread
/// @param failed runs instead when it could not be made durable; the state is then unchanged
/// @param folded runs once the state has changed by it, on the stream thread, or null
public record SystemRecord(
        JournalRecord record,
        Runnable durable,
        Consumer<Failure> failed,
        @Nullable Runnable folded) {

    public SystemRecord(JournalRecord record, Runnable durable, Consumer<Failure> failed) {
        this(record, durable, failed, null);
    }

    /// A record that nobody waits for.
    public static SystemRecord of(JournalRecord record) {
        return new SystemRecord(record, () -> {}, _ -> {});
    }

    /// A record whose sender is told whether it became durable.
    public static SystemRecord answering(JournalRecord record, Consumer<Boolean> answer) {
        return new SystemRecord(record, () -> answer.accept(true), _ -> answer.accept(false));
    }
}
