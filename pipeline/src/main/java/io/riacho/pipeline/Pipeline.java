package io.riacho.pipeline;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.riacho.api.commands.Overrides;
import io.riacho.api.live.LiveFeed;
import io.riacho.api.readings.Failure;
import io.riacho.api.readings.Intake;
import io.riacho.core.rules.RuleSet;
import io.riacho.core.stream.StreamOptions;
import io.riacho.disk.Disk;
import io.riacho.journal.Journal;
import io.riacho.journal.JournalOptions;
import io.riacho.lake.Lake;
import io.riacho.lake.LakeOptions;
import io.riacho.mqtt.session.SessionStore;
import io.riacho.pipeline.live.LiveFeedPublisher;
import io.riacho.pipeline.metrics.PipelineMetrics;
import io.riacho.pipeline.record.SystemRecord;
import io.riacho.pipeline.snapshot.Snapshots;
import io.riacho.pipeline.stages.IntakeQueue;
import io.riacho.pipeline.stages.JournalStage;
import io.riacho.pipeline.stages.MicroClock;
import io.riacho.pipeline.stages.PipelineOptions;
import io.riacho.pipeline.stages.ResolveStage;
import io.riacho.pipeline.stages.SealStage;
import io.riacho.pipeline.stages.StreamStage;
import io.riacho.pipeline.stages.Wakeup;
import io.riacho.pipeline.state.StateFold;
import io.riacho.pipeline.state.commands.CommandRecord.CommandExpirySet;
import io.riacho.pipeline.state.commands.CommandTracker;
import io.riacho.pipeline.state.devices.DevicePresence;
import io.riacho.pipeline.state.series.SeriesNumbers;
import io.riacho.pipeline.state.series.SeriesRecord.ClockTick;
import io.riacho.pipeline.state.series.SeriesRecord.RulesSet;
import io.riacho.pipeline.state.sessions.SessionLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The path from the doors to durable state, in order, on one page.
///
/// ```
/// doors → intake → journal (one sync per group) → receipts
///                     └→ stream core → lake, live feed, commands
///                             ├→ resolver: late readings → lake's files → journal
///                             └→ sealer: rows → Parquet → `sealed` in the journal → snapshot → old segments go
/// ```
///
/// [#open] recovers by [Recovery]. The stages have no threads here; [PipelineThreads] gives them
/// theirs, and the simulation steps them from one.
public final class Pipeline implements AutoCloseable {

    /// A record of session changes is closed when it has reached this part of an entry.
    private static final int SESSION_RECORDS_PER_ENTRY = 4;

    private final Journal journal;
    private final Lake lake;
    private final MicroClock clock;
    private final State state;
    private final PipelineMetrics metrics;

    private final IntakeQueue intake;
    private final JournalStage journalStage;
    private final StreamStage streamStage;
    private final ResolveStage resolveStage;
    private final SealStage sealStage;
    private final SessionLog sessions;

    final Wakeup journalWakeup = new Wakeup();
    final Wakeup streamWakeup = new Wakeup();
    final Wakeup backgroundWakeup = new Wakeup();

    /// Where the pipeline keeps what it keeps, below the data directory.
    ///
    /// @param journal segments
    /// @param snapshots snapshots of the state
    /// @param lake Parquet files and their manifest
    public record Directories(Path journal, Path snapshots, Path lake) {
        public static Directories below(Path data) {
            return new Directories(
                    data.resolve("journal"), data.resolve("snapshots"), data.resolve("lake"));
        }
    }

    private Pipeline(
            Disk disk,
            Directories directories,
            Journal journal,
            JournalOptions journalOptions,
            Lake lake,
            StreamOptions streamOptions,
            PipelineOptions options,
            Function<ByteBuffer, RuleSet> ruleCompiler,
            MicroClock clock,
            MeterRegistry registry)
            throws IOException {
        this.journal = journal;
        this.lake = lake;
        this.clock = clock;
        metrics = new PipelineMetrics(registry);
        Snapshots snapshots = new Snapshots(disk, directories.snapshots());
        SeriesNumbers numbers = new SeriesNumbers();

        state =
                State.empty(
                        streamOptions,
                        options,
                        ruleCompiler,
                        lake,
                        new LiveFeedPublisher(streamWakeup::signal),
                        this::append,
                        clock,
                        metrics);
        StateFold fold = state.fold();
        new Recovery(journal, lake, fold).run(snapshots);
        fold.series().restoreNumbers(numbers);

        intake = new IntakeQueue(options.intake().bytesMax(), journalWakeup);
        sealStage =
                new SealStage(
                        lake,
                        snapshots,
                        clock,
                        metrics,
                        options,
                        this::append,
                        this::addTask,
                        backgroundWakeup::signal);
        streamStage =
                new StreamStage(
                        fold, lake, state.feed(), state.devices(), sealStage, clock, options);
        resolveStage = new ResolveStage(streamStage, lake, clock, this::append);
        journalStage =
                new JournalStage(
                        disk,
                        directories.journal(),
                        journal,
                        journalOptions.entryBytesMax(),
                        intake,
                        streamStage,
                        numbers,
                        clock,
                        options,
                        metrics);
        sessions =
                new SessionLog(
                        intake,
                        write -> {
                            journalStage.add(write);
                            journalWakeup.signal();
                        },
                        fold.sessions(),
                        journalOptions.entryBytesMax() / SESSION_RECORDS_PER_ENTRY);
        PipelineGauges.bind(registry, intake, journal, streamStage, lake, state.devices());
        streamStage.goLive();
        useExpiry(options.commands().expiry());
    }

    /// Recovers the state as a server does, with the journal, the lake and the core as configured.
    ///
    /// @param ruleCompiler from the rules' definitions, as journaled, to rules
    /// @throws IOException when what is there is damaged; the message says what and what to do
    public static Pipeline open(
            Disk disk,
            Directories directories,
            PipelineOptions options,
            Function<ByteBuffer, RuleSet> ruleCompiler,
            MicroClock clock,
            MeterRegistry registry)
            throws IOException {
        return open(
                disk,
                directories,
                options.journal().options(),
                options.lake().options(options.stream().windows()),
                options.stream().options(),
                options,
                ruleCompiler,
                clock,
                registry);
    }

    /// Recovers the state from the directories and readies the path; nothing runs yet.
    ///
    /// @param ruleCompiler from the rules' definitions, as journaled, to rules
    /// @throws IOException when what is there is damaged; the message says what and what to do
    public static Pipeline open(
            Disk disk,
            Directories directories,
            JournalOptions journalOptions,
            LakeOptions lakeOptions,
            StreamOptions streamOptions,
            PipelineOptions options,
            Function<ByteBuffer, RuleSet> ruleCompiler,
            MicroClock clock,
            MeterRegistry registry)
            throws IOException {
        disk.createDirectories(directories.journal());
        disk.createDirectories(directories.snapshots());
        disk.createDirectories(directories.lake());
        Lake lake = Lake.open(disk, directories.lake(), lakeOptions);
        Journal journal = null;
        try {
            journal = Journal.open(disk, directories.journal(), journalOptions);
            return new Pipeline(
                    disk,
                    directories,
                    journal,
                    journalOptions,
                    lake,
                    streamOptions,
                    options,
                    ruleCompiler,
                    clock,
                    registry);
        } catch (IOException | RuntimeException e) {
            if (journal != null) {
                journal.close();
            }
            lake.close();
            throw e;
        }
    }

    /// The rules in force, journaled when they differ from what the state has.
    ///
    /// @throws IllegalArgumentException when an entry of the journal cannot hold them
    public void useRules(ByteBuffer definitions) {
        if (!state.fold().series().rules().equals(definitions)) {
            RulesSet record = new RulesSet(definitions.asReadOnlyBuffer());
            if (!journalStage.fits(record)) {
                throw new IllegalArgumentException(
                        "the rules are "
                                + definitions.remaining()
                                + " bytes, more than an entry of the journal holds; use fewer or"
                                + " shorter ones, or raise journal.segment-bytes");
            }
            append(SystemRecord.of(record));
        }
    }

    /// Commands' expiry, journaled when it differs from what the state has.
    private void useExpiry(Duration expiry) {
        if (!state.fold().commands().expiry().equals(expiry)) {
            append(SystemRecord.of(new CommandExpirySet(TimeUnit.MICROSECONDS.convert(expiry))));
        }
    }

    // --- what doors use

    public Intake intake() {
        return intake;
    }

    /// Measures the journal's group commits, with their median and 99th percentile.
    public Timer commitTimer() {
        return metrics.commitTimer();
    }

    public LiveFeed liveFeed() {
        return state.feed();
    }

    public CommandTracker commands() {
        return state.commands();
    }

    public DevicePresence devices() {
        return state.devices();
    }

    public Overrides manualCommands() {
        return state.overrides();
    }

    public Lake lake() {
        return lake;
    }

    /// Where the MQTT server keeps its sessions.
    public SessionStore sessions() {
        return sessions;
    }

    /// Why the path takes no readings now, or will not for long since rows cannot be sealed; or null.
    public @Nullable Failure refusing() {
        Throwable cause = journalStage.brokenBy();
        if (cause != null) {
            return new Failure(Failure.Kind.BROKEN, "the journal failed: " + cause.getMessage());
        }
        Failure refusing = journalStage.refusing();
        if (refusing != null) {
            return refusing;
        }
        String seal = sealStage.failing();
        return seal == null
                ? null
                : new Failure(
                        Failure.Kind.DISK_FULL,
                        "rows cannot be sealed and stay in the journal: " + seal);
    }

    /// Whether the journal failed, so that the process must end.
    public boolean isBroken() {
        return journalStage.brokenBy() != null;
    }

    // --- stages, for whoever steps them

    /// Commits one group. The journal's thread.
    boolean stepJournal() {
        boolean worked = journalStage.step();
        if (worked) {
            streamWakeup.signal();
            if (journalStage.wantsSegment()) {
                backgroundWakeup.signal();
            }
        }
        return worked;
    }

    /// Folds one entry. The stream thread.
    boolean stepStream() {
        boolean worked = streamStage.step();
        if (worked) {
            journalWakeup.signal();
            if (streamStage.hasLate() || !sealStage.isIdle()) {
                backgroundWakeup.signal();
            }
        }
        return worked;
    }

    /// Resolves late readings, or does the next thing for a seal. The background thread.
    boolean stepBackground() {
        boolean prepared = journalStage.prepareSegment();
        boolean resolved = resolveStage.step();
        boolean sealed = sealStage.step();
        return prepared || resolved || sealed;
    }

    /// Time went on: journals a tick when something waits for it, and expires commands. About once a
    /// second, from any one thread.
    void tick() {
        long now = clock.nowMicros();
        if (streamStage.needsTicks()) {
            append(SystemRecord.of(new ClockTick(now)));
        }
        state.commands().expire(now);
        state.devices().tick();
    }

    /// Starts a seal of all there is, from the stream thread; null when there is nothing to seal.
    @Nullable CompletableFuture<Void> seal() {
        return streamStage.seal();
    }

    boolean isIdle() {
        return !journalStage.hasWork()
                && !streamStage.hasWork()
                && streamStage.latePending() == 0
                && sealStage.isIdle();
    }

    boolean hasJournalWork() {
        return journalStage.hasWork();
    }

    boolean hasStreamWork() {
        return streamStage.hasWork();
    }

    long intakeBytesHeld() {
        return intake.bytesHeld();
    }

    StateFold fold() {
        return state.fold();
    }

    private void append(SystemRecord record) {
        journalStage.add(record);
        journalWakeup.signal();
    }

    private void addTask(JournalStage.Task task) {
        journalStage.add(task);
        journalWakeup.signal();
    }

    /// Fails what still waits and closes the files. The stages must have stopped.
    @Override
    public void close() throws IOException {
        journalStage.close(new Failure(Failure.Kind.STOPPING, "the server is stopping"));
        try {
            journal.close();
        } finally {
            lake.close();
        }
    }
}
