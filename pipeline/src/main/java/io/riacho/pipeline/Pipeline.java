package io.riacho.pipeline;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.riacho.api.commands.Command;
import io.riacho.api.commands.OverrideRequest;
import io.riacho.api.commands.Overrides;
import io.riacho.api.commands.Overrides.Held;
import io.riacho.api.devices.Devices;
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
import io.riacho.pipeline.JournalRecord.ClockTick;
import io.riacho.pipeline.JournalRecord.CommandMoved;
import io.riacho.pipeline.JournalRecord.DevicesChanged;
import io.riacho.pipeline.JournalRecord.ManuallyOrdered;
import io.riacho.pipeline.JournalRecord.ManuallyOrdered.Mode;
import io.riacho.pipeline.JournalRecord.RulesSet;
import io.riacho.pipeline.live.LiveFeedPublisher;
import io.riacho.pipeline.state.commands.CommandTracker;
import io.riacho.pipeline.state.commands.ManualOverrides;
import io.riacho.pipeline.state.devices.DeviceEvent;
import io.riacho.pipeline.state.devices.DevicePresence;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The path, in order, on one page.
///
/// ```
/// doors → intake → journal (one sync per group) → receipts
///                     └→ stream core → lake, live feed, commands
///                             ├→ resolver: late readings → lake's files → journal
///                             └→ sealer: rows → Parquet → `sealed` in the journal → snapshot → old segments go
/// ```
///
/// [#open] recovers: newest whole snapshot, then the journal's tail. The stages have no threads here;
/// [PipelineThreads] gives them theirs, and the simulation steps them from one.
public final class Pipeline implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Pipeline.class);

    /// A record of session changes is closed when it has reached this part of an entry.
    private static final int SESSION_RECORDS_PER_ENTRY = 4;

    private final Journal journal;
    private final Lake lake;
    private final StateFold fold;
    private final LiveFeedPublisher hub;
    private final CommandTracker book;
    private final ManualOverrides manual;
    private final DevicePresence devices;
    private final MicroClock clock;
    private final PipelineOptions options;
    private final SeriesNumbers numbers = new SeriesNumbers();

    private final IntakeQueue intake;
    private final JournalStage journalStage;
    private final StreamStage streamStage;
    private final ResolveStage resolveStage;
    private final SealStage sealStage;
    private final SessionLog sessions;

    final Wakeup journalWakeup = new Wakeup();
    final Wakeup streamWakeup = new Wakeup();
    final Wakeup backgroundWakeup = new Wakeup();

    /// How stages get their own records into the journal.
    interface Journaling {
        void add(SystemRecord control);

        void add(JournalStage.Task task);

        void wakeSealer();
    }

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
            MeterRegistry registry) {
        this.journal = journal;
        this.lake = lake;
        this.clock = clock;
        this.options = options;
        PipelineMetrics metrics = new PipelineMetrics(registry);
        this.hub = new LiveFeedPublisher(streamWakeup::signal);
        this.book = new CommandTracker(this::journalTransition);
        this.manual = new ManualOverrides(this::journalOrder, book, options.devicesMax());
        this.devices =
                new DevicePresence(this::journalEvent, clock::nowMicros, options.devicesMax());
        gauge(registry, "online", Devices.Counts::online);
        gauge(registry, "unconfirmed", Devices.Counts::unconfirmed);
        gauge(registry, "offline", Devices.Counts::offline);
        gauge(registry, "unknown", Devices.Counts::unknown);
        Gauge.builder("riacho.devices.reports.suppressed", devices, DevicePresence::reportsNotKept)
                .register(registry);
        this.fold =
                new StateFold(
                        streamOptions,
                        options,
                        ruleCompiler,
                        lake,
                        hub,
                        book,
                        manual,
                        devices,
                        metrics);
        Journaling journaling = new StageJournaling();
        this.sealStage =
                new SealStage(
                        lake,
                        new Snapshots(disk, directories.snapshots()),
                        clock,
                        metrics,
                        options,
                        journaling);
        this.streamStage = new StreamStage(fold, lake, sealStage, clock, options);
        this.resolveStage = new ResolveStage(streamStage, lake, clock, journaling);
        this.intake = new IntakeQueue(options.intakeBytesMax(), journalWakeup);
        this.journalStage =
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
        this.sessions =
                new SessionLog(
                        intake,
                        this::journalSessions,
                        fold,
                        journalOptions.entryBytesMax() / SESSION_RECORDS_PER_ENTRY);
        bindGauges(registry);
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
            Pipeline pipeline =
                    new Pipeline(
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
            pipeline.recover(new Snapshots(disk, directories.snapshots()).newest());
            return pipeline;
        } catch (IOException | RuntimeException e) {
            if (journal != null) {
                journal.close();
            }
            lake.close();
            throw e;
        }
    }

    private void recover(Optional<Snapshots.Snapshot> snapshot) throws IOException {
        long started = System.nanoTime();
        long from = 0;
        if (snapshot.isPresent()) {
            fold.restore(snapshot.get().state());
            from = fold.position() + 1;
        }
        if (journal.firstPosition() > from) {
            throw new IOException(
                    "The journal begins at position "
                            + journal.firstPosition()
                            + " but the newest snapshot that can be read ends at "
                            + (from - 1)
                            + ": records between them are missing. Restore the data directory from"
                            + " a backup.");
        }
        if (journal.nextPosition() < from || journal.nextPosition() <= lake.sealedPosition()) {
            throw new IOException(
                    "The journal ends at position "
                            + (journal.nextPosition() - 1)
                            + " but a snapshot reaches "
                            + (from - 1)
                            + " and the lake "
                            + lake.sealedPosition()
                            + ": the journal's end is missing. Restore the data directory from a"
                            + " backup.");
        }
        journal.replay(from, this::replay);
        fold.restoreNumbers(numbers);
        long replayed = journal.nextPosition() - from;
        if (replayed > 0) {
            LOG.info(
                    "Replayed {} records in {} ms",
                    replayed,
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started));
        }
        streamStage.goLive();
    }

    private void replay(long base, int positions, ByteBuffer payload) throws IOException {
        long at = base;
        while (payload.hasRemaining()) {
            JournalRecord record = RecordCodec.read(payload);
            // An entry may begin before the position that the snapshot ends at, never straddle it:
            // snapshots are taken between entries.
            if (at > fold.position()) {
                fold.fold(at, record);
            }
            at += record.positions();
        }
        if (at != base + positions) {
            throw new CorruptRecordException(
                    "the entry at position " + base + " holds another number of records", null);
        }
        if (!lake.hasRoom()) {
            // The journal may hold more rows than fit, and its snapshot stays the older one: should
            // this start not end, the next one ignores what is in the files by then.
            lake.seal(lake.freeze(fold.position()));
        }
    }

    private void gauge(
            MeterRegistry registry, String presence, ToIntFunction<Devices.Counts> count) {
        Gauge.builder("riacho.devices", devices, d -> count.applyAsInt(d.counts()))
                .tag("presence", presence)
                .register(registry);
    }

    private void bindGauges(MeterRegistry registry) {
        Gauge.builder("riacho.intake.bytes", intake, IntakeQueue::bytesHeld).register(registry);
        Gauge.builder("riacho.late.pending", streamStage, StreamStage::latePending)
                .register(registry);
        Gauge.builder("riacho.lake.unsealed.rows", lake, Lake::unsealedRows).register(registry);
        Gauge.builder("riacho.lake.unsealed.bytes", lake, Lake::unsealedBytes).register(registry);
        Gauge.builder(
                        "riacho.journal.lag",
                        this,
                        p -> p.journal.durablePosition() - 1 - p.streamStage.positionFolded())
                .register(registry);
    }

    /// The rules in force, journaled when they differ from what the state has.
    public void useRules(ByteBuffer definitions) {
        if (!fold.rules().equals(definitions)) {
            journal(SystemRecord.of(new RulesSet(definitions.asReadOnlyBuffer())));
        }
    }

    // --- what doors use

    public Intake intake() {
        return intake;
    }

    public LiveFeed liveFeed() {
        return hub;
    }

    public CommandTracker commands() {
        return book;
    }

    public DevicePresence devices() {
        return devices;
    }

    public Overrides manualCommands() {
        return manual;
    }

    public Lake lake() {
        return lake;
    }

    /// Where the MQTT server keeps its sessions.
    public SessionStore sessions() {
        return sessions;
    }

    /// Why the path takes no readings now, or null.
    public @Nullable Failure refusing() {
        Throwable cause = journalStage.brokenBy();
        if (cause != null) {
            return new Failure(Failure.Kind.BROKEN, "the journal failed: " + cause.getMessage());
        }
        return journalStage.refusing();
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
            journal(SystemRecord.of(new ClockTick(now)));
        }
        book.expire(now);
        devices.tick();
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
        return fold;
    }

    private void journal(SystemRecord control) {
        journalStage.add(control);
        journalWakeup.signal();
    }

    private void journalSessions(SessionWrite write) {
        journalStage.add(write);
        journalWakeup.signal();
    }

    private void journalTransition(Command command, Command.State next, Consumer<Boolean> answer) {
        long now = clock.nowMicros();
        long expiresAt =
                next == Command.State.ISSUED
                        ? now + TimeUnit.NANOSECONDS.toMicros(options.commandExpiry().toNanos())
                        : command.expiresAtMicros();
        journal(
                new SystemRecord(
                        new CommandMoved(command.device(), command.id(), next, now, expiresAt),
                        () -> answer.accept(true),
                        _ -> answer.accept(false)));
    }

    private void journalEvent(DeviceEvent event, Consumer<Boolean> answer) {
        journal(
                new SystemRecord(
                        new DevicesChanged(event),
                        () -> answer.accept(true),
                        _ -> answer.accept(false)));
    }

    private void journalOrder(OverrideRequest order, Consumer<Overrides.Answer> answer) {
        long now = clock.nowMicros();
        long until = Held.UNTIL_RELEASED;
        Mode mode = Mode.RELEASE;
        if (order instanceof OverrideRequest.Hold hold) {
            mode = hold.turnOn() ? Mode.ON : Mode.OFF;
            Duration holdFor = hold.holdFor();
            if (holdFor != null) {
                until = now + TimeUnit.MICROSECONDS.convert(holdFor);
            }
        }
        journal(
                new SystemRecord(
                        new ManuallyOrdered(
                                order.devices(), mode, options.manualPriority(), now, until),
                        () -> {},
                        _ -> answer.accept(Overrides.Answer.FAILED),
                        () -> answer.accept(Overrides.Answer.DONE)));
    }

    private final class StageJournaling implements Journaling {
        @Override
        public void add(SystemRecord control) {
            journal(control);
        }

        @Override
        public void add(JournalStage.Task task) {
            journalStage.add(task);
            journalWakeup.signal();
        }

        @Override
        public void wakeSealer() {
            backgroundWakeup.signal();
        }
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
