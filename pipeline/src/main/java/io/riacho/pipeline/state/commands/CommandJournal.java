package io.riacho.pipeline.state.commands;

import io.riacho.api.commands.Command;
import io.riacho.api.commands.OverrideRequest;
import io.riacho.api.commands.Overrides.ActiveOverride;
import io.riacho.api.commands.Overrides.Answer;
import io.riacho.pipeline.record.JournalAppender;
import io.riacho.pipeline.record.SystemRecord;
import io.riacho.pipeline.state.commands.CommandRecord.CommandMoved;
import io.riacho.pipeline.state.commands.CommandRecord.ManuallyOrdered;
import io.riacho.pipeline.state.commands.CommandRecord.ManuallyOrdered.Mode;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/// Turns what happens to commands, and overrides by hand, into records: sets when a command expires,
/// and the mode, priority and end of an override. Safe for use by many threads.
public final class CommandJournal implements CommandTracker.Transitions, ManualOverrides.Orders {

    private final JournalAppender journal;
    private final LongSupplier clockMicros;
    private final long expiryMicros;
    private final int manualPriority;

    /// @param clockMicros µs since 1970 UTC
    /// @param expiry how long a command that is issued again is worth carrying out
    /// @param manualPriority the priority of overrides by hand among the states that rules desire
    public CommandJournal(
            JournalAppender journal,
            LongSupplier clockMicros,
            Duration expiry,
            int manualPriority) {
        this.journal = journal;
        this.clockMicros = clockMicros;
        this.expiryMicros = TimeUnit.MICROSECONDS.convert(expiry);
        this.manualPriority = manualPriority;
    }

    @Override
    public void journal(Command command, Command.State next, Consumer<Boolean> answer) {
        long now = clockMicros.getAsLong();
        long expiresAt =
                next == Command.State.ISSUED ? now + expiryMicros : command.expiresAtMicros();
        journal.append(
                SystemRecord.answering(
                        new CommandMoved(command.device(), command.id(), next, now, expiresAt),
                        answer));
    }

    @Override
    public void journal(OverrideRequest order, Consumer<Answer> answer) {
        long now = clockMicros.getAsLong();
        ManuallyOrdered record =
                switch (order) {
                    case OverrideRequest.ClearOverride _ ->
                            new ManuallyOrdered(
                                    order.devices(),
                                    Mode.RELEASE,
                                    manualPriority,
                                    now,
                                    ActiveOverride.UNTIL_CLEARED);
                    case OverrideRequest.SetOverride set ->
                            new ManuallyOrdered(
                                    order.devices(),
                                    set.turnOn() ? Mode.ON : Mode.OFF,
                                    manualPriority,
                                    now,
                                    until(set, now));
                };
        journal.append(
                new SystemRecord(
                        record,
                        () -> {},
                        _ -> answer.accept(Answer.FAILED),
                        () -> answer.accept(Answer.DONE)));
    }

    private static long until(OverrideRequest.SetOverride set, long nowMicros) {
        Duration duration = set.duration();
        return duration == null
                ? ActiveOverride.UNTIL_CLEARED
                : nowMicros + TimeUnit.MICROSECONDS.convert(duration);
    }
}
