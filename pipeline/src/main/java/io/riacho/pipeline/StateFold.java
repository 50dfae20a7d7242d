package io.riacho.pipeline;

import io.riacho.api.live.LiveDevice;
import io.riacho.api.readings.Source;
import io.riacho.core.model.Reading;
import io.riacho.core.model.Statistics;
import io.riacho.core.rules.RuleSet;
import io.riacho.core.stream.Conflict;
import io.riacho.core.stream.Late;
import io.riacho.core.stream.Outcome;
import io.riacho.core.stream.Row;
import io.riacho.core.stream.SensorRecord;
import io.riacho.core.stream.SeriesState;
import io.riacho.core.stream.Settled;
import io.riacho.core.stream.StreamCore;
import io.riacho.core.stream.StreamOptions;
import io.riacho.core.stream.Verdict;
import io.riacho.lake.Lake;
import io.riacho.mqtt.session.SessionImage;
import io.riacho.pipeline.JournalRecord.ClockTick;
import io.riacho.pipeline.JournalRecord.CommandMoved;
import io.riacho.pipeline.JournalRecord.DevicesChanged;
import io.riacho.pipeline.JournalRecord.ManuallyOrdered;
import io.riacho.pipeline.JournalRecord.Readings;
import io.riacho.pipeline.JournalRecord.Resolved;
import io.riacho.pipeline.JournalRecord.RulesSet;
import io.riacho.pipeline.JournalRecord.SealedUpTo;
import io.riacho.pipeline.JournalRecord.SeriesDefined;
import io.riacho.pipeline.JournalRecord.SessionsChanged;
import io.riacho.pipeline.SeriesDirectory.Sensor;
import io.riacho.pipeline.SeriesDirectory.Slot;
import io.riacho.pipeline.live.LiveFeedPublisher;
import io.riacho.pipeline.state.commands.CommandTracker;
import io.riacho.pipeline.state.commands.ManualOverrides;
import io.riacho.pipeline.state.devices.DeviceEvent;
import io.riacho.pipeline.state.devices.DevicePresence;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The server's state as a fold over the journal: series and their sensors here, what follows for
/// devices in [CommandFold], who connects in [DevicePresence], MQTT sessions in [SessionImage].
///
/// The same call folds a record when it is replayed and when it has just become durable; `live` only
/// decides whether anybody is told. One thread.
final class StateFold {

    private static final int SNAPSHOT_VERSION = 4;

    private static final int SNAPSHOT_BYTES_FIRST = 64 << 10;

    /// The first version with orders by hand.
    private static final int SNAPSHOT_VERSION_MANUAL = 2;

    /// The first version with MQTT sessions.
    private static final int SNAPSHOT_VERSION_SESSIONS = 3;

    /// The first version with devices that connect.
    private static final int SNAPSHOT_VERSION_DEVICES = 4;

    private static final ByteBuffer NO_RULES = ByteBuffer.allocate(0).asReadOnlyBuffer();

    private final StreamOptions streamOptions;
    private final Function<ByteBuffer, RuleSet> ruleCompiler;
    private final Lake lake;
    private final LiveFeedPublisher hub;
    private final CommandFold commands;
    private final DevicePresence deviceBook;
    private final PipelineMetrics metrics;

    private final SeriesDirectory series;
    private final TreeMap<Integer, Sensor> ticking = new TreeMap<>();
    private final LinkedHashMap<Long, PendingLate> pendingLate = new LinkedHashMap<>();
    private final SessionImage sessions = new SessionImage();
    private long sessionBytesFolded;
    private ByteBuffer rules = NO_RULES;
    private StreamCore core;
    private int stored;
    private int duplicates;
    private int conflicts;
    private int lates;
    private long position = -1;

    /// As long as the last one: the next will hardly be longer.
    private int snapshotBytesFirst = SNAPSHOT_BYTES_FIRST;

    private @Nullable Consumer<PendingLate> lateListener;
    private boolean live;

    /// A late reading that no resolution has come for.
    ///
    /// @param series its series' number
    record PendingLate(
            int series,
            long position,
            String sensor,
            String metric,
            long timestampMicros,
            double value) {}

    StateFold(
            StreamOptions streamOptions,
            PipelineOptions options,
            Function<ByteBuffer, RuleSet> ruleCompiler,
            Lake lake,
            LiveFeedPublisher hub,
            CommandTracker book,
            ManualOverrides manual,
            DevicePresence deviceBook,
            PipelineMetrics metrics) {
        this.streamOptions = streamOptions;
        this.ruleCompiler = ruleCompiler;
        this.lake = lake;
        this.hub = hub;
        this.commands =
                new CommandFold(
                        streamOptions,
                        options.commands().expiry(),
                        book,
                        manual,
                        lake,
                        hub,
                        metrics);
        this.series = new SeriesDirectory(hub);
        this.deviceBook = deviceBook;
        this.metrics = metrics;
        this.core = new StreamCore(streamOptions, RuleSet.NONE);
    }

    /// From here on watchers and devices are told, and late readings go to the listener: those that
    /// are pending now at once.
    void goLive(Consumer<PendingLate> listener) {
        live = true;
        lateListener = listener;
        commands.goLive();
        deviceBook.goLive();
        pendingLate.values().forEach(listener);
    }

    /// The position of the last record that was folded, -1 before the first.
    long position() {
        return position;
    }

    /// The rules in force, as journaled; empty before the first.
    ByteBuffer rules() {
        return rules;
    }

    /// What the MQTT server remembers, for its start; the stream thread's afterwards.
    SessionImage sessions() {
        return sessions;
    }

    /// Bytes of session changes that were folded in this process.
    long sessionBytesFolded() {
        return sessionBytesFolded;
    }

    int seriesCount() {
        return series.count();
    }

    boolean needsTicks() {
        return !ticking.isEmpty() || commands.needsTicks();
    }

    /// How many late readings no resolution has come for.
    int pendingLate() {
        return pendingLate.size();
    }

    /// Folds one record.
    ///
    /// @param base the position of the record, or of its first reading
    void fold(long base, JournalRecord record) {
        switch (record) {
            case SeriesDefined r -> series.define(r.number(), r.sensor(), r.metric(), 0);
            case Readings r -> readings(base, r);
            case Resolved r -> resolved(base, r);
            case SealedUpTo r -> {
                for (Sensor each : series.sensors()) {
                    core.apply(each.state, new SensorRecord.Sealed(base, r.upTo()));
                }
            }
            case ClockTick r -> tick(base, r.timeMicros());
            case RulesSet r -> rules(base, r.definitions());
            case CommandMoved r -> commands.moved(base, r);
            case ManuallyOrdered r -> commands.manuallyOrdered(base, r);
            case SessionsChanged r -> {
                r.changes().forEach(sessions::apply);
                sessionBytesFolded += r.bytes().remaining();
            }
            case DevicesChanged r -> devicesChanged(base, r.event());
        }
        position = base + record.positions() - 1;
        tellVerdicts();
    }

    /// Counts once per record: a counter costs as much as a good part of the fold.
    private void tellVerdicts() {
        metrics.folded(stored, duplicates, conflicts, lates);
        stored = 0;
        duplicates = 0;
        conflicts = 0;
        lates = 0;
    }

    private void readings(long base, Readings r) {
        boolean[] given = r.given();
        @Nullable String[] units = r.units();
        for (int i = 0; i < r.size(); i++) {
            int number = r.series()[i];
            Slot slot = series.slot(number);
            long timestamp = r.timestamps()[i];
            if (given != null && given[i]) {
                series.given(number, timestamp);
            }
            Reading reading =
                    new Reading(
                            slot.sensor,
                            slot.metric,
                            r.values()[i],
                            timestamp,
                            units == null ? null : units[i],
                            r.source(),
                            r.receivedAtMicros());
            Outcome outcome =
                    core.apply(slot.owner.state, new SensorRecord.Measured(base + i, reading));
            after(base + i, number, slot, outcome, r.receivedAtMicros());
        }
    }

    private void resolved(long base, Resolved r) {
        Slot slot = series.slot(r.series());
        pendingLate.remove(r.of());
        metrics.resolved();
        Outcome outcome =
                core.apply(
                        slot.owner.state,
                        new SensorRecord.Resolution(
                                base, slot.metric, r.of(), r.found(), r.keptValue()));
        after(base, r.series(), slot, outcome, 0);
        for (Settled each : outcome.settled()) {
            // Those that waited behind the one that was looked up, which `after` has counted.
            if (each.of() != r.of()) {
                count(each.verdict());
            }
        }
    }

    private void count(Verdict verdict) {
        switch (verdict) {
            case NEW -> stored++;
            case DUPLICATE -> duplicates++;
            case CONFLICT -> conflicts++;
            case LATE -> lates++;
            case NONE -> {}
        }
    }

    private void after(long at, int number, Slot slot, Outcome outcome, long nowMicros) {
        count(outcome.verdict());
        Row row = outcome.row();
        if (row != null) {
            Reading reading = row.reading();
            String source = Source.ofCode(reading.source()).label();
            lake.appendReading(
                    row.position(),
                    reading.sensor(),
                    reading.metric(),
                    reading.timestampMicros(),
                    reading.value(),
                    reading.unit(),
                    source,
                    reading.receivedAtMicros());
            slot.arrived(reading.unit(), source);
            if (live && hub.isWatched(slot.topic)) {
                publish(slot, reading, outcome);
            }
        }
        for (Conflict conflict : outcome.conflicts()) {
            Reading reading = conflict.reading();
            lake.appendConflict(
                    at,
                    reading.sensor(),
                    reading.metric(),
                    reading.timestampMicros(),
                    reading.value(),
                    conflict.keptValue(),
                    reading.unit(),
                    Source.ofCode(reading.source()).label(),
                    reading.receivedAtMicros());
        }
        Late late = outcome.late();
        if (late != null) {
            late(number, late);
        }
        commands.wishes(at, outcome.desiredStates(), nowMicros);
        if (slot.owner.state.needsTick()) {
            ticking.put(slot.owner.index, slot.owner);
        } else if (!ticking.isEmpty()) {
            ticking.remove(slot.owner.index);
        }
    }

    private void late(int number, Late late) {
        if (!late.held()) {
            throw new IllegalStateException(
                    "more late readings wait than the path lets in: the core's pendingLateMax is"
                            + " below lateMax + handOverReadingsMax");
        }
        Reading reading = late.reading();
        PendingLate pending =
                new PendingLate(
                        number,
                        late.position(),
                        reading.sensor(),
                        reading.metric(),
                        reading.timestampMicros(),
                        reading.value());
        pendingLate.put(late.position(), pending);
        if (lateListener != null) {
            lateListener.accept(pending);
        }
    }

    private void publish(Slot slot, Reading reading, Outcome outcome) {
        Statistics running = outcome.running();
        if (running == null) {
            throw new IllegalStateException("a row without its series' statistics");
        }
        hub.publish(slot.topic, slot.live(reading.value(), reading.timestampMicros(), running));
    }

    private void tick(long at, long timeMicros) {
        for (Sensor each : List.copyOf(ticking.values())) {
            Outcome outcome = core.apply(each.state, new SensorRecord.Tick(at, timeMicros));
            commands.wishes(at, outcome.desiredStates(), timeMicros);
            if (!each.state.needsTick()) {
                ticking.remove(each.index);
            }
        }
        commands.tick(at, timeMicros);
    }

    private void rules(long at, ByteBuffer definitions) {
        rules = definitions;
        core = new StreamCore(streamOptions, ruleCompiler.apply(definitions.duplicate()));
        for (Sensor each : series.sensors()) {
            Outcome outcome = core.apply(each.state, new SensorRecord.RulesChanged(at));
            commands.wishes(at, outcome.desiredStates(), 0);
        }
    }

    private void devicesChanged(long at, DeviceEvent event) {
        boolean changed = deviceBook.fold(event);
        if (live && hub.isWatched()) {
            for (String each : event.devices()) {
                deviceBook.device(each).ifPresent(device -> hub.publish(new LiveDevice(device)));
            }
        }
        if (!changed) {
            return;
        }
        switch (event) {
            case DeviceEvent.Connected e ->
                    lake.appendDeviceEvent(at, e.device(), "online", e.detail(), e.atMicros());
            case DeviceEvent.Left e ->
                    lake.appendDeviceEvent(at, e.device(), "offline", e.reason(), e.atMicros());
            case DeviceEvent.Reported e ->
                    lake.appendDeviceEvent(
                            at,
                            e.device(),
                            e.kind().name().toLowerCase(Locale.ROOT),
                            e.text(),
                            e.atMicros());
            case DeviceEvent.Seen _ -> {}
        }
    }

    /// Tells watchers who came what there is.
    ///
    /// @return whether any came
    boolean subscribePending() {
        return hub.subscribePending(series::newestOfEach);
    }

    /// All series that have readings, in the order in which they first appeared.
    List<SeriesSummary> summaries() {
        return series.summaries();
    }

    /// The whole state, for a snapshot at [#position()].
    byte[] snapshot() {
        GrowingBytes bytes = new GrowingBytes(snapshotBytesFirst);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(SNAPSHOT_VERSION);
            out.writeLong(position);
            out.writeInt(rules.remaining());
            byte[] definitions = new byte[rules.remaining()];
            rules.duplicate().get(definitions);
            out.write(definitions);
            series.writeTo(out);
            commands.writeTo(out);
            commands.writeHeldTo(out);
            SessionSnapshot.write(sessions, out);
            deviceBook.writeTo(out);
            out.flush();
            byte[] snapshot = bytes.toByteArray();
            snapshotBytesFirst = Math.max(SNAPSHOT_BYTES_FIRST, snapshot.length);
            return snapshot;
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory failed", e);
        }
    }

    /// Restores what [#snapshot()] wrote, into a fold that is new.
    void restore(byte[] snapshot) throws IOException {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(snapshot))) {
            int version = in.readInt();
            if (version < 1 || version > SNAPSHOT_VERSION) {
                throw new IOException("a snapshot of version " + version + " cannot be read");
            }
            long at = in.readLong();
            rules = ByteBuffer.wrap(in.readNBytes(in.readInt())).asReadOnlyBuffer();
            if (rules.hasRemaining()) {
                core = new StreamCore(streamOptions, ruleCompiler.apply(rules.duplicate()));
            }
            series.readFrom(in);
            restoreWork();
            commands.readFrom(in);
            if (version >= SNAPSHOT_VERSION_MANUAL) {
                commands.readHeldFrom(in);
            }
            if (version >= SNAPSHOT_VERSION_SESSIONS) {
                SessionSnapshot.read(in, sessions);
            }
            if (version >= SNAPSHOT_VERSION_DEVICES) {
                deviceBook.readFrom(in);
            }
            position = at;
        }
    }

    /// Finds what sensors still wait for: ticks, and resolutions.
    private void restoreWork() {
        for (Sensor each : series.sensors()) {
            if (each.state.needsTick()) {
                ticking.put(each.index, each);
            }
        }
        for (int i = 0; i < series.count(); i++) {
            SeriesState known = series.slot(i).state();
            if (known != null) {
                for (Late late : known.unresolved()) {
                    late(i, late);
                }
            }
        }
    }

    /// Hands the series' numbers to the journal stage, after recovery.
    void restoreNumbers(SeriesNumbers numbers) {
        series.restoreNumbers(numbers);
    }
}
