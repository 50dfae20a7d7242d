package io.riacho.pipeline.state.series;

import io.riacho.api.live.LiveReading;
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
import io.riacho.pipeline.live.LiveFeedPublisher;
import io.riacho.pipeline.metrics.PipelineMetrics;
import io.riacho.pipeline.state.commands.CommandFold;
import io.riacho.pipeline.state.series.SeriesDirectory.Sensor;
import io.riacho.pipeline.state.series.SeriesDirectory.Slot;
import io.riacho.pipeline.state.series.SeriesRecord.ClockTick;
import io.riacho.pipeline.state.series.SeriesRecord.Readings;
import io.riacho.pipeline.state.series.SeriesRecord.Resolved;
import io.riacho.pipeline.state.series.SeriesRecord.RulesSet;
import io.riacho.pipeline.state.series.SeriesRecord.SealedUpTo;
import io.riacho.pipeline.state.series.SeriesRecord.SeriesDefined;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Folds series records: readings into their sensors' states, rows into the lake and the live feed,
/// and what rules wish into the [CommandFold]. The stream thread's.
public final class SeriesFold {

    private static final ByteBuffer NO_RULES = ByteBuffer.allocate(0).asReadOnlyBuffer();

    private final StreamOptions streamOptions;
    private final Function<ByteBuffer, RuleSet> ruleCompiler;
    private final Lake lake;
    private final LiveFeedPublisher feed;
    private final CommandFold commands;
    private final PipelineMetrics metrics;

    private final SeriesDirectory series;
    private final TreeMap<Integer, Sensor> ticking = new TreeMap<>();
    private final LinkedHashMap<Long, PendingLate> pendingLate = new LinkedHashMap<>();

    /// Late readings that wait behind one of the same timestamp, and are settled with it.
    private int pendingBehind;

    private ByteBuffer rules = NO_RULES;
    private StreamCore core;
    private int stored;
    private int duplicates;
    private int conflicts;
    private int lates;
    private @Nullable Consumer<PendingLate> lateListener;

    /// @param ruleCompiler from the rules' definitions, as journaled, to rules
    /// @param commands takes what rules wish
    public SeriesFold(
            StreamOptions streamOptions,
            Function<ByteBuffer, RuleSet> ruleCompiler,
            Lake lake,
            LiveFeedPublisher feed,
            CommandFold commands,
            PipelineMetrics metrics) {
        // What was accepted is folded, however much: the path bounds what waits before it journals.
        this.streamOptions = streamOptions.withPendingLateMax(Integer.MAX_VALUE);
        this.ruleCompiler = ruleCompiler;
        this.lake = lake;
        this.feed = feed;
        this.commands = commands;
        this.metrics = metrics;
        this.series = new SeriesDirectory(feed);
        this.core = new StreamCore(this.streamOptions, RuleSet.NONE);
    }

    /// From here on late readings go to the listener: those that are pending now at once.
    public void goLive(Consumer<PendingLate> listener) {
        lateListener = listener;
        pendingLate.values().forEach(listener);
    }

    /// The rules in force, as journaled; empty before the first.
    public ByteBuffer rules() {
        return rules;
    }

    /// Whether the mere passing of time may change a sensor.
    public boolean needsTicks() {
        return !ticking.isEmpty();
    }

    /// How many late readings no resolution has come for, those that wait behind another included.
    public int pendingLate() {
        return pendingLate.size() + pendingBehind;
    }

    /// All series that have readings, in the order in which they first appeared.
    public List<SeriesSummary> summaries() {
        return series.summaries();
    }

    /// The newest reading by timestamp of each series that has one, at most so many.
    public List<LiveReading> newestOfEach(int most) {
        return series.newestOfEach(most);
    }

    /// Hands the series' numbers to the journal stage, after recovery.
    public void restoreNumbers(SeriesNumbers numbers) {
        series.restoreNumbers(numbers);
    }

    /// Folds one record.
    ///
    /// @param position of the record, or of its first reading
    /// @param live whether watchers are told
    public void replay(long position, SeriesRecord record, boolean live) {
        switch (record) {
            case SeriesDefined r -> series.define(r.number(), r.sensor(), r.metric(), 0);
            case Readings r -> readings(position, r, live);
            case Resolved r -> resolved(position, r, live);
            case SealedUpTo r -> {
                for (Sensor each : series.sensors()) {
                    core.apply(each.state, new SensorRecord.Sealed(position, r.upTo()));
                }
            }
            case ClockTick r -> tick(position, r.timeMicros(), live);
            case RulesSet r -> rules(position, r.definitions(), live);
        }
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

    private void readings(long base, Readings r, boolean live) {
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
            after(base + i, number, slot, outcome, r.receivedAtMicros(), live);
        }
    }

    private void resolved(long base, Resolved r, boolean live) {
        Slot slot = series.slot(r.series());
        pendingLate.remove(r.of());
        metrics.resolved();
        Outcome outcome =
                core.apply(
                        slot.owner.state,
                        new SensorRecord.Resolution(
                                base, slot.metric, r.of(), r.found(), r.keptValue()));
        after(base, r.series(), slot, outcome, 0, live);
        for (Settled each : outcome.settled()) {
            // Those that waited behind the one that was looked up, which `after` has counted.
            if (each.of() != r.of()) {
                count(each.verdict());
                pendingBehind--;
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

    private void after(
            long at, int number, Slot slot, Outcome outcome, long nowMicros, boolean live) {
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
            if (live && feed.isWatched(slot.topic)) {
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
        } else if (outcome.verdict() == Verdict.LATE) {
            pendingBehind++;
        }
        commands.desiredStates(at, outcome.desiredStates(), nowMicros, live);
        noteTicks(slot.owner);
    }

    /// Notes whether the mere passing of time may change the sensor.
    private void noteTicks(Sensor sensor) {
        if (sensor.state.needsTick()) {
            ticking.put(sensor.index, sensor);
        } else if (!ticking.isEmpty()) {
            ticking.remove(sensor.index);
        }
    }

    private void late(int number, Late late) {
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
        feed.publish(slot.topic, slot.live(reading.value(), reading.timestampMicros(), running));
    }

    private void tick(long at, long timeMicros, boolean live) {
        for (Sensor each : List.copyOf(ticking.values())) {
            Outcome outcome = core.apply(each.state, new SensorRecord.Tick(at, timeMicros));
            commands.desiredStates(at, outcome.desiredStates(), timeMicros, live);
            noteTicks(each);
        }
    }

    private void rules(long at, ByteBuffer definitions, boolean live) {
        rules = definitions;
        core = new StreamCore(streamOptions, ruleCompiler.apply(definitions.duplicate()));
        for (Sensor each : series.sensors()) {
            Outcome outcome = core.apply(each.state, new SensorRecord.RulesChanged(at));
            commands.desiredStates(at, outcome.desiredStates(), 0, live);
            noteTicks(each);
        }
    }

    /// Writes this part of a snapshot.
    public void writeTo(DataOutputStream out) throws IOException {
        SeriesSnapshot.write(rules, series, out);
    }

    /// Reads what [#writeTo] wrote, into a fold that is new.
    public void readFrom(DataInputStream in) throws IOException {
        rules = SeriesSnapshot.read(series, in);
        if (rules.hasRemaining()) {
            core = new StreamCore(streamOptions, ruleCompiler.apply(rules.duplicate()));
        }
        restoreWork();
    }

    /// Finds what sensors still wait for: ticks, and resolutions.
    private void restoreWork() {
        for (Sensor each : series.sensors()) {
            noteTicks(each);
        }
        for (int i = 0; i < series.count(); i++) {
            SeriesState known = series.slot(i).state();
            if (known != null) {
                List<Late> first = known.unresolved();
                pendingBehind += known.pendingLate() - first.size();
                for (Late late : first) {
                    late(i, late);
                }
            }
        }
    }
}
