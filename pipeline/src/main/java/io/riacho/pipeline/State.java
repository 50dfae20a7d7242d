package io.riacho.pipeline;

import io.riacho.core.rules.RuleSet;
import io.riacho.core.stream.StreamOptions;
import io.riacho.lake.Lake;
import io.riacho.pipeline.live.LiveFeedPublisher;
import io.riacho.pipeline.metrics.PipelineMetrics;
import io.riacho.pipeline.record.JournalAppender;
import io.riacho.pipeline.stages.MicroClock;
import io.riacho.pipeline.stages.PipelineOptions;
import io.riacho.pipeline.state.StateFold;
import io.riacho.pipeline.state.commands.CommandFold;
import io.riacho.pipeline.state.commands.CommandJournal;
import io.riacho.pipeline.state.commands.CommandTracker;
import io.riacho.pipeline.state.commands.ManualOverrides;
import io.riacho.pipeline.state.devices.DeviceEventFold;
import io.riacho.pipeline.state.devices.DeviceJournal;
import io.riacho.pipeline.state.devices.DevicePresence;
import io.riacho.pipeline.state.series.SeriesFold;
import io.riacho.pipeline.state.sessions.SessionFold;
import java.nio.ByteBuffer;
import java.util.function.Function;

/// The state of a server before its first record: the fold, and the parts of it that others ask.
record State(
        StateFold fold,
        LiveFeedPublisher feed,
        CommandTracker commands,
        ManualOverrides overrides,
        DevicePresence devices) {

    /// @param feed tells watchers what changes
    /// @param journal takes what happens to commands and devices
    static State empty(
            StreamOptions streamOptions,
            PipelineOptions options,
            Function<ByteBuffer, RuleSet> ruleCompiler,
            Lake lake,
            LiveFeedPublisher feed,
            JournalAppender journal,
            MicroClock clock,
            PipelineMetrics metrics) {
        CommandJournal commandJournal =
                new CommandJournal(
                        journal,
                        clock::nowMicros,
                        options.commands().expiry(),
                        options.commands().manualPriority());
        CommandTracker commands = new CommandTracker(commandJournal);
        ManualOverrides overrides =
                new ManualOverrides(commandJournal, commands, options.devices().max());
        DevicePresence devices =
                new DevicePresence(
                        new DeviceJournal(journal), clock::nowMicros, options.devices().max());
        CommandFold commandFold =
                new CommandFold(streamOptions, commands, overrides, lake, feed, metrics);
        StateFold fold =
                new StateFold(
                        new SeriesFold(
                                streamOptions, ruleCompiler, lake, feed, commandFold, metrics),
                        commandFold,
                        new SessionFold(),
                        new DeviceEventFold(devices, lake, feed));
        return new State(fold, feed, commands, overrides, devices);
    }
}
