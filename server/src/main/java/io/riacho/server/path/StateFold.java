package io.riacho.server.path;

import io.riacho.core.model.Reading;
import io.riacho.core.model.Statistics;
import io.riacho.core.rules.RuleSet;
import io.riacho.core.stream.Conflict;
import io.riacho.core.stream.DeviceOutcome;
import io.riacho.core.stream.DeviceState;
import io.riacho.core.stream.Late;
import io.riacho.core.stream.Outcome;
import io.riacho.core.stream.Row;
import io.riacho.core.stream.SensorRecord;
import io.riacho.core.stream.SensorState;
import io.riacho.core.stream.SeriesState;
import io.riacho.core.stream.Settled;
import io.riacho.core.stream.StreamCore;
import io.riacho.core.stream.StreamOptions;
import io.riacho.core.stream.Transition;
import io.riacho.core.stream.Verdict;
import io.riacho.core.stream.Wish;
import io.riacho.lake.CommandRow;
import io.riacho.lake.Lake;
import io.riacho.mqtt.session.SessionImage;
import io.riacho.server.actuation.Command;
import io.riacho.server.actuation.CommandBook;
import io.riacho.server.actuation.ManualBook;
import io.riacho.server.actuation.ManualCommands.Held;
import io.riacho.server.devices.DeviceBook;
import io.riacho.server.devices.DeviceEvent;
import io.riacho.server.intake.Source;
import io.riacho.server.live.LiveCommand;
import io.riacho.server.live.LiveHub;
import io.riacho.server.live.LiveReading;
import io.riacho.server.path.JournalRecord.ClockTick;
import io.riacho.server.path.JournalRecord.CommandMoved;
import io.riacho.server.path.JournalRecord.DevicesChanged;
import io.riacho.server.path.JournalRecord.ManuallyOrdered;
import io.riacho.server.path.JournalRecord.ManuallyOrdered.Mode;
import io.riacho.server.path.JournalRecord.Readings;
import io.riacho.server.path.JournalRecord.Resolved;
import io.riacho.server.path.JournalRecord.RulesSet;
import io.riacho.server.path.JournalRecord.SealedUpTo;
import io.riacho.server.path.JournalRecord.SeriesDefined;
import io.riacho.server.path.JournalRecord.SessionsChanged;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The server's state as a fold over the journal: series, sensors, devices, commands, rules.
///
/// The same call folds a record when it is replayed and when it has just become durable; `live` only
/// decides whether anybody is told. One thread.
final class StateFold {

    private static final int SNAPSHOT_VERSION = 4;

    /// The first version with MQTT sessions.
    private static final int SNAPSHOT_VERSION_SESSIONS = 3;

    /// The first version with devices that connect.
    private static final int SNAPSHOT_VERSION_DEVICES = 4;

    private static final ByteBuffer NO_RULES = ByteBuffer.allocate(0).asReadOnlyBuffer();

    /// A sensor and its place in the order in which sensors first appeared: what must not depend on
    /// a hash table's order goes by it.
    private static final class Sensor {
        private final int index;
        private final SensorState state;

        Sensor(int index, SensorState state) {
            this.index = index;
            this.state = state;
        }
    }

    /// What a series number stands for.
    private static final class Slot {
        private final String sensor;
        private final String metric;
        private final Sensor owner;
        private final LiveHub.Topic topic;

        /// Of the newest row in order of arrival; null before the first since the start.
        private @Nullable String unit;

        private @Nullable String source;

        Slot(String sensor, String metric, Sensor owner, LiveHub.Topic topic) {
            this.sensor = sensor;
            this.metric = metric;
            this.owner = owner;
            this.topic = topic;
        }
    }

    private final StreamOptions streamOptions;
    private final long commandExpiryMicros;
    private final Function<ByteBuffer, RuleSet> ruleCompiler;
    private final Lake lake;
    private final LiveHub hub;
    private final CommandBook book;
    private final ManualBook manual;
    private final DeviceBook deviceBook;
    private final PathMetrics metrics;

    private Slot[] slots = new Slot[64];
    private int seriesCount;
    private long[] lastGivenMicros = new long[64];
    private final Map<String, Sensor> sensors = new LinkedHashMap<>();
    private final TreeMap<Integer, Sensor> ticking = new TreeMap<>();
    private final Map<String, DeviceState> devices = new LinkedHashMap<>();
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
            PathOptions options,
            Function<ByteBuffer, RuleSet> ruleCompiler,
            Lake lake,
            LiveHub hub,
            CommandBook book,
            ManualBook manual,
            DeviceBook deviceBook,
            PathMetrics metrics) {
        this.streamOptions = streamOptions;
        this.commandExpiryMicros = TimeUnit.NANOSECONDS.toMicros(options.commandExpiry().toNanos());
        this.ruleCompiler = ruleCompiler;
        this.lake = lake;
        this.hub = hub;
        this.book = book;
        this.manual = manual;
        this.deviceBook = deviceBook;
        this.metrics = metrics;
        this.core = new StreamCore(streamOptions, RuleSet.NONE);
    }

    /// From here on watchers and devices are told, and late readings go to the listener: those that
    /// are pending now at once.
    void goLive(Consumer<PendingLate> listener) {
        live = true;
        lateListener = listener;
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
        return seriesCount;
    }

    boolean needsTicks() {
        return !ticking.isEmpty() || manual.needsTicks();
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
            case SeriesDefined r -> define(r.number(), r.sensor(), r.metric(), 0);
            case Readings r -> readings(base, r);
            case Resolved r -> resolved(base, r);
            case SealedUpTo r -> {
                for (Sensor each : sensors.values()) {
                    core.apply(each.state, new SensorRecord.Sealed(base, r.upTo()));
                }
            }
            case ClockTick r -> tick(base, r.timeMicros());
            case RulesSet r -> rules(base, r.definitions());
            case CommandMoved r -> commandMoved(base, r);
            case ManuallyOrdered r -> manuallyOrdered(base, r);
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

    private void define(int number, String sensor, String metric, long lastGiven) {
        if (number != seriesCount) {
            throw new CorruptRecordException(
                    "series " + number + " is defined where " + seriesCount + " is due", null);
        }
        if (number == slots.length) {
            slots = Arrays.copyOf(slots, number * 2);
            lastGivenMicros = Arrays.copyOf(lastGivenMicros, number * 2);
        }
        Sensor owner =
                sensors.computeIfAbsent(
                        sensor, _ -> new Sensor(sensors.size(), SensorState.of(sensor)));
        slots[number] = new Slot(sensor, metric, owner, hub.topic(sensor, metric));
        lastGivenMicros[number] = lastGiven;
        seriesCount++;
    }

    private Slot slot(int number) {
        if (number < 0 || number >= seriesCount) {
            throw new CorruptRecordException("series " + number + " was never defined", null);
        }
        return slots[number];
    }

    private void readings(long base, Readings r) {
        boolean[] given = r.given();
        @Nullable String[] units = r.units();
        for (int i = 0; i < r.size(); i++) {
            int number = r.series()[i];
            Slot slot = slot(number);
            long timestamp = r.timestamps()[i];
            if (given != null && given[i]) {
                lastGivenMicros[number] = Math.max(lastGivenMicros[number], timestamp);
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
        Slot slot = slot(r.series());
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
            slot.unit = reading.unit();
            slot.source = source;
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
        wishes(at, outcome.wishes(), nowMicros);
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
        hub.publish(
                slot.topic,
                new LiveReading(
                        reading.sensor(),
                        reading.metric(),
                        reading.value(),
                        reading.timestampMicros(),
                        reading.unit(),
                        slot.source,
                        running.count(),
                        running.mean(),
                        running.min(),
                        running.max()));
    }

    private void tick(long at, long timeMicros) {
        for (Sensor each : List.copyOf(ticking.values())) {
            Outcome outcome = core.apply(each.state, new SensorRecord.Tick(at, timeMicros));
            wishes(at, outcome.wishes(), timeMicros);
            if (!each.state.needsTick()) {
                ticking.remove(each.index);
            }
        }
        for (Held each : manual.due(timeMicros)) {
            release(at, each.device(), timeMicros);
        }
    }

    private void manuallyOrdered(long at, ManuallyOrdered r) {
        for (String device : r.devices()) {
            switch (r.mode()) {
                case RELEASE -> release(at, device, r.atMicros());
                case OFF, ON -> {
                    boolean on = r.mode() == Mode.ON;
                    manual.hold(new Held(device, on, r.priority(), r.atMicros(), r.untilMicros()));
                    insist(at, device, true, on, r.priority(), r.atMicros());
                }
            }
        }
    }

    private void release(long at, String device, long nowMicros) {
        Optional<Held> held = manual.held(device);
        if (held.isPresent()) {
            manual.release(device);
            insist(at, device, false, held.get().turnOn(), held.get().priority(), nowMicros);
        }
    }

    private void insist(
            long at, String device, boolean active, boolean turnOn, int priority, long nowMicros) {
        // Of a device there is one such wish, on behalf of no sensor and without an average.
        Wish wish =
                new Wish(
                        at,
                        ManualBook.RULE,
                        ManualBook.RULE,
                        "",
                        "",
                        device,
                        active,
                        turnOn,
                        priority,
                        Double.NaN,
                        nowMicros);
        issue(at, core.insist(device(device), wish), nowMicros);
    }

    private void rules(long at, ByteBuffer definitions) {
        rules = definitions;
        core = new StreamCore(streamOptions, ruleCompiler.apply(definitions.duplicate()));
        for (Sensor each : sensors.values()) {
            Outcome outcome = core.apply(each.state, new SensorRecord.RulesChanged(at));
            wishes(at, outcome.wishes(), 0);
        }
    }

    private void wishes(long at, List<Wish> wishes, long nowMicros) {
        for (Wish wish : wishes) {
            issue(at, core.apply(device(wish.device()), wish), nowMicros);
        }
    }

    private DeviceState device(String name) {
        return devices.computeIfAbsent(name, DeviceState::of);
    }

    private void issue(long at, DeviceOutcome outcome, long nowMicros) {
        Transition transition = outcome.transition();
        if (transition == null) {
            return;
        }
        long from = Math.max(nowMicros, transition.issuedAtMicros());
        Command command =
                new Command(
                        transition.id(),
                        transition.device(),
                        transition.sensor(),
                        transition.turnOn(),
                        transition.rule(),
                        transition.average(),
                        transition.issuedAtMicros(),
                        from + commandExpiryMicros,
                        transition.sequence(),
                        Command.State.ISSUED);
        metrics.commandIssued();
        book.issued(command, live)
                .ifPresent(superseded -> record(at, superseded, command.issuedAtMicros()));
        record(at, command, command.issuedAtMicros());
    }

    private void devicesChanged(long at, DeviceEvent event) {
        if (!deviceBook.fold(event)) {
            return;
        }
        switch (event) {
            case DeviceEvent.Connected e ->
                    lake.appendDeviceEvent(
                            at,
                            e.device(),
                            "online",
                            e.client() + " from " + e.address(),
                            e.atMicros());
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

    private void commandMoved(long at, CommandMoved r) {
        book.moved(r.device(), r.commandId(), r.state(), r.expiresAtMicros(), live)
                .ifPresent(command -> record(at, command, r.atMicros()));
    }

    private void record(long at, Command command, long atMicros) {
        lake.appendCommandEvent(
                at,
                new CommandRow(
                        command.id(),
                        command.device(),
                        command.sensor(),
                        command.rule(),
                        command.turnOn(),
                        command.average(),
                        command.sequence(),
                        command.state().name().toLowerCase(Locale.ROOT),
                        atMicros,
                        command.issuedAtMicros(),
                        command.expiresAtMicros()));
        if (live) {
            hub.publish(new LiveCommand(command));
        }
    }

    /// Tells watchers who came what there is.
    ///
    /// @return whether any came
    boolean welcome() {
        return hub.welcome(this::newestOfEach);
    }

    private List<LiveReading> newestOfEach(int most) {
        List<LiveReading> newest = new ArrayList<>(Math.min(most, seriesCount));
        for (int i = 0; i < seriesCount && newest.size() < most; i++) {
            Slot slot = slots[i];
            SeriesState series = slot.owner.state.series(slot.metric);
            if (series != null && !series.running().isEmpty()) {
                Statistics running = series.running();
                newest.add(
                        new LiveReading(
                                slot.sensor,
                                slot.metric,
                                running.last(),
                                running.lastTimestampMicros(),
                                slot.unit,
                                slot.source,
                                running.count(),
                                running.mean(),
                                running.min(),
                                running.max()));
            }
        }
        return newest;
    }

    /// All series that have readings, in the order in which they first appeared.
    List<SeriesSummary> summaries() {
        List<SeriesSummary> all = new ArrayList<>(seriesCount);
        for (int i = 0; i < seriesCount; i++) {
            Slot slot = slots[i];
            SeriesState series = slot.owner.state.series(slot.metric);
            if (series == null || series.running().isEmpty()) {
                continue;
            }
            Statistics running = series.running();
            all.add(
                    new SeriesSummary(
                            slot.sensor,
                            slot.metric,
                            running.count(),
                            running.mean(),
                            running.min(),
                            running.max(),
                            running.variance(),
                            running.last(),
                            running.lastTimestampMicros()));
        }
        return all;
    }

    /// The whole state, for a snapshot at [#position()].
    byte[] snapshot() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(64 << 10);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(SNAPSHOT_VERSION);
            out.writeLong(position);
            out.writeInt(rules.remaining());
            byte[] definitions = new byte[rules.remaining()];
            rules.duplicate().get(definitions);
            out.write(definitions);
            out.writeInt(seriesCount);
            for (int i = 0; i < seriesCount; i++) {
                out.writeUTF(slots[i].sensor);
                out.writeUTF(slots[i].metric);
                out.writeLong(lastGivenMicros[i]);
            }
            out.writeInt(sensors.size());
            for (Sensor each : sensors.values()) {
                each.state.writeTo(out);
            }
            out.writeInt(devices.size());
            for (DeviceState each : devices.values()) {
                each.writeTo(out);
            }
            List<Command> commands = book.newestOfAll();
            out.writeInt(commands.size());
            for (Command each : commands) {
                writeCommand(out, each);
            }
            List<Held> held = manual.held();
            out.writeInt(held.size());
            for (Held each : held) {
                out.writeUTF(each.device());
                out.writeBoolean(each.turnOn());
                out.writeInt(each.priority());
                out.writeLong(each.sinceMicros());
                out.writeLong(each.untilMicros());
            }
            SessionSnapshot.write(sessions, out);
            deviceBook.writeTo(out);
            out.flush();
            return bytes.toByteArray();
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
            int series = in.readInt();
            for (int i = 0; i < series; i++) {
                define(i, in.readUTF(), in.readUTF(), in.readLong());
            }
            int sensorCount = in.readInt();
            sensors.clear();
            for (int i = 0; i < sensorCount; i++) {
                SensorState state = SensorState.readFrom(in);
                Sensor sensor = new Sensor(i, state);
                sensors.put(state.sensor(), sensor);
                if (state.needsTick()) {
                    ticking.put(i, sensor);
                }
            }
            for (int i = 0; i < series; i++) {
                Slot slot = slots[i];
                Sensor owner = sensors.get(slot.sensor);
                if (owner == null) {
                    throw new IOException("the snapshot lacks sensor " + slot.sensor);
                }
                slots[i] = new Slot(slot.sensor, slot.metric, owner, slot.topic);
                SeriesState known = owner.state.series(slot.metric);
                if (known != null) {
                    for (Late late : known.unresolved()) {
                        late(i, late);
                    }
                }
            }
            int deviceCount = in.readInt();
            for (int i = 0; i < deviceCount; i++) {
                DeviceState device = DeviceState.readFrom(in);
                devices.put(device.device(), device);
            }
            int commands = in.readInt();
            for (int i = 0; i < commands; i++) {
                book.restore(readCommand(in));
            }
            if (version >= 2) {
                int held = in.readInt();
                for (int i = 0; i < held; i++) {
                    manual.hold(
                            new Held(
                                    in.readUTF(),
                                    in.readBoolean(),
                                    in.readInt(),
                                    in.readLong(),
                                    in.readLong()));
                }
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

    /// Hands the series' numbers to the journal stage, after recovery.
    void restoreNumbers(SeriesNumbers numbers) {
        for (int i = 0; i < seriesCount; i++) {
            numbers.restore(slots[i].sensor, slots[i].metric, lastGivenMicros[i]);
        }
    }

    private static void writeCommand(DataOutputStream out, Command c) throws IOException {
        out.writeUTF(c.id());
        out.writeUTF(c.device());
        out.writeUTF(c.sensor());
        out.writeBoolean(c.turnOn());
        out.writeUTF(c.rule());
        out.writeDouble(c.average());
        out.writeLong(c.issuedAtMicros());
        out.writeLong(c.expiresAtMicros());
        out.writeLong(c.sequence());
        out.writeUTF(c.state().name());
    }

    private static Command readCommand(DataInputStream in) throws IOException {
        return new Command(
                in.readUTF(),
                in.readUTF(),
                in.readUTF(),
                in.readBoolean(),
                in.readUTF(),
                in.readDouble(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                Command.State.valueOf(in.readUTF()));
    }
}
