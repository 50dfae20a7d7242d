package io.riacho.core.stream;

import io.riacho.core.model.Reading;
import io.riacho.core.model.Statistics;
import io.riacho.core.rules.Rule;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The state of one series: part of a [SensorState]. [StreamCore] explains its floor, its late
/// readings and its time.
public final class SeriesState {

    private static final int WINDOW_SIZES_MAX = 1_000;

    private final SensorState owner;
    private final String metric;

    private Statistics running = new Statistics();
    private long newestTimestampMicros = Long.MIN_VALUE;
    private long newestReceivedAtMicros;

    /// The series' time; see [StreamCore].
    private long nowMicros = Long.MIN_VALUE;

    private long floorMicros = Long.MIN_VALUE;
    private Timeline remembered = new Timeline();

    /// Null until something is late; most series never have it.
    private @Nullable LateReadings late;

    // What follows is set up for one core by bind().

    private @Nullable StreamCore core;
    private SeriesWindows tumbling = new SeriesWindows();
    private SlidingWindow[] sliding = {};
    private RuleState[] rules = {};

    /// Rules that are not inactive and that the core does not have, or, before bind(), all.
    private List<RuleState.Saved> savedRules = List.of();

    SeriesState(SensorState owner, String metric) {
        this.owner = owner;
        this.metric = metric;
    }

    public String metric() {
        return metric;
    }

    /// The running statistics. They belong to the state: read them before the next record, or copy.
    public Statistics running() {
        return running;
    }

    /// µs since 1970 UTC; [Long#MIN_VALUE] when there is no row yet.
    public long newestTimestampMicros() {
        return newestTimestampMicros;
    }

    /// At and below it readings are late, µs since 1970 UTC; [Long#MIN_VALUE] when nothing is
    /// forgotten yet.
    public long floorMicros() {
        return floorMicros;
    }

    /// How many rows it remembers above the floor.
    public int rememberedRows() {
        return remembered.size();
    }

    /// How many readings wait for a resolution, those behind another included.
    public int pendingLate() {
        return late == null ? 0 : late.waiting();
    }

    /// The readings that wait to be looked up, oldest first: what a host has to resolve after a
    /// recovery.
    public List<Late> unresolved() {
        return late == null ? List.of() : late.unresolved();
    }

    /// Copies of the open windows.
    public List<Window> windows() {
        return tumbling.open();
    }

    long nextTickMicros() {
        if (core == null) {
            return savedRules.isEmpty() && sliding.length == 0 ? Long.MAX_VALUE : Long.MIN_VALUE;
        }
        long due = Long.MAX_VALUE;
        for (RuleState rule : rules) {
            due = Math.min(due, rule.dueMicros());
        }
        for (SlidingWindow window : sliding) {
            due = Math.min(due, window.expiryMicros());
        }
        return due == Long.MAX_VALUE
                ? Long.MAX_VALUE
                : newestReceivedAtMicros + (due - newestTimestampMicros);
    }

    void measured(long position, Reading reading, Outcome outcome) {
        outcome.running(running);
        long timestamp = reading.timestampMicros();
        if (timestamp > newestTimestampMicros) {
            remembered.append(timestamp, reading.value(), position);
            row(position, reading, outcome);
        } else if (timestamp > floorMicros) {
            long place = remembered.find(timestamp);
            if (place >= 0) {
                outcome.verdict(
                        compare(remembered.value(place), position, position, reading, outcome));
            } else {
                remembered.insert(~place, timestamp, reading.value(), position);
                row(position, reading, outcome);
            }
        } else {
            late(position, reading, outcome);
        }
    }

    private void late(long position, Reading reading, Outcome outcome) {
        if (late == null) {
            late = new LateReadings();
        }
        Double kept = late.row(reading.timestampMicros());
        if (kept != null) {
            outcome.verdict(compare(kept, position, position, reading, outcome));
            return;
        }
        outcome.verdict(Verdict.LATE);
        StreamCore by = bound();
        LateReadings.Waiting before = late.waitingAt(reading.timestampMicros());
        if (owner.pendingLate >= by.options().pendingLateMax()) {
            outcome.late(new Late(position, reading, false));
            return;
        }
        owner.pendingLate++;
        SensorRecord.Measured measured = new SensorRecord.Measured(position, reading);
        if (before != null) {
            before.others.add(measured);
        } else {
            late.add(measured);
            outcome.late(new Late(position, reading, true));
        }
    }

    void resolved(SensorRecord.Resolution resolution, Outcome outcome) {
        outcome.running(running);
        LateReadings.Waiting waiting = late == null ? null : late.settle(resolution.of());
        if (late == null || waiting == null) {
            return;
        }
        owner.pendingLate -= waiting.size();
        long position = resolution.position();
        Reading first = waiting.first.reading();
        double kept;
        if (resolution.found()) {
            kept = resolution.keptValue();
            outcome.verdict(compare(kept, position, waiting.first.position(), first, outcome));
        } else {
            kept = first.value();
            late.addRow(first.timestampMicros(), position, kept);
            row(position, first, outcome);
        }
        outcome.add(new Settled(waiting.first.position(), outcome.verdict()));
        for (SensorRecord.Measured other : waiting.others) {
            Verdict verdict = compare(kept, position, other.position(), other.reading(), outcome);
            outcome.add(new Settled(other.position(), verdict));
        }
    }

    private static Verdict compare(
            double kept, long position, long of, Reading reading, Outcome outcome) {
        if (kept == reading.value()) {
            return Verdict.DUPLICATE;
        }
        outcome.add(new Conflict(position, of, reading, kept));
        return Verdict.CONFLICT;
    }

    /// A reading counts: the one place where statistics, windows and rules learn of it.
    private void row(long position, Reading reading, Outcome outcome) {
        outcome.verdict(Verdict.NEW);
        outcome.row(position, reading);
        double value = reading.value();
        long timestamp = reading.timestampMicros();
        if (timestamp > newestTimestampMicros) {
            newestTimestampMicros = timestamp;
            newestReceivedAtMicros = reading.receivedAtMicros();
            nowMicros = Math.max(nowMicros, timestamp);
        }
        running.add(value, timestamp);
        if (!tumbling.isEmpty()) {
            tumbling.add(
                    value,
                    timestamp,
                    newestTimestampMicros,
                    window -> handOut(position, window, outcome));
        }
        for (SlidingWindow window : sliding) {
            window.advance(nowMicros);
            window.add(value, timestamp);
        }
        for (RuleState rule : rules) {
            rule.evaluate(running, position, owner.sensor(), metric, nowMicros, outcome);
        }
    }

    private void handOut(long position, Window window, Outcome outcome) {
        outcome.add(new WindowResult(position, owner.sensor(), metric, window));
    }

    void sealed(long upTo) {
        long forgotten = remembered.forget(upTo, bound().options().rememberedPerSeries());
        floorMicros = Math.max(floorMicros, forgotten);
        if (late != null) {
            late.sealed(upTo);
            if (late.waiting() == 0 && late.rows() == 0) {
                late = null;
            }
        }
    }

    void tick(long position, long timeMicros, Outcome outcome) {
        if (timeMicros < nextTickMicros()) {
            return;
        }
        long passed = Math.max(0, timeMicros - newestReceivedAtMicros);
        nowMicros = Math.max(nowMicros, newestTimestampMicros + passed);
        evaluate(position, outcome);
    }

    /// Asks all rules again, at the series' time.
    void evaluate(long position, Outcome outcome) {
        if (running.isEmpty()) {
            return;
        }
        for (SlidingWindow window : sliding) {
            window.advance(nowMicros);
        }
        for (RuleState rule : rules) {
            rule.evaluate(running, position, owner.sensor(), metric, nowMicros, outcome);
        }
    }

    /// Takes back what rules that are gone still ask for.
    void withdraw(long position, Outcome outcome) {
        for (RuleState.Saved gone : savedRules) {
            if (gone.phase() == RuleState.Phase.ACTIVE) {
                gone.putDesiredStates(
                        false,
                        position,
                        owner.sensor(),
                        metric,
                        running.mean(),
                        nowMicros,
                        outcome);
            }
        }
        savedRules = List.of();
    }

    void flush(long position, Outcome outcome) {
        tumbling.handOutAll(newestTimestampMicros, window -> handOut(position, window, outcome));
    }

    private StreamCore bound() {
        if (core == null) {
            throw new IllegalStateException("a series that is not bound to a core");
        }
        return core;
    }

    /// Sets windows and rules up for a core. What both the former one and this one have goes on.
    void bind(StreamCore next, long position, Outcome outcome) {
        tumbling.bind(
                next.windowMicros(),
                next.windowGraceMicros(),
                next.options().openWindowsPerSizeMax(),
                newestTimestampMicros,
                window -> handOut(position, window, outcome));
        bindRules(next);
        core = next;
    }

    private void bindRules(StreamCore next) {
        List<RuleState.Saved> former = saved();
        Map<Long, SlidingWindow> windowsByLength = StreamCore.slidingByLength(sliding);
        List<Rule> concerning = next.rulesConcerning(owner.sensor(), metric);
        List<SlidingWindow> used = new ArrayList<>();
        rules = new RuleState[concerning.size()];
        for (int i = 0; i < rules.length; i++) {
            Rule rule = concerning.get(i);
            long length = RuleState.slidingMicros(rule);
            SlidingWindow window = null;
            if (length > 0) {
                window = windowsByLength.computeIfAbsent(length, SlidingWindow::new);
                window.advance(nowMicros);
                if (!used.contains(window)) {
                    used.add(window);
                }
            }
            rules[i] = new RuleState(rule, window);
            for (Iterator<RuleState.Saved> saved = former.iterator(); saved.hasNext(); ) {
                RuleState.Saved one = saved.next();
                if (one.version().equals(rule.version())) {
                    rules[i].restore(one);
                    saved.remove();
                }
            }
        }
        sliding = used.toArray(SlidingWindow[]::new);
        savedRules = former.isEmpty() ? List.of() : former;
    }

    /// All rules that are not inactive.
    private List<RuleState.Saved> saved() {
        List<RuleState.Saved> all = new ArrayList<>(savedRules);
        for (RuleState rule : rules) {
            RuleState.Saved one = rule.saved(owner.sensor());
            if (one != null) {
                all.add(one);
            }
        }
        return all;
    }

    void writeTo(DataOutput out) throws IOException {
        out.writeUTF(metric);
        running.writeTo(out);
        out.writeLong(newestTimestampMicros);
        out.writeLong(newestReceivedAtMicros);
        out.writeLong(nowMicros);
        out.writeLong(floorMicros);
        remembered.writeTo(out);
        out.writeBoolean(late != null);
        if (late != null) {
            late.writeTo(out);
        }
        tumbling.writeTo(out);
        StateCodec.writeVarint(out, sliding.length);
        for (SlidingWindow window : sliding) {
            window.writeTo(out);
        }
        List<RuleState.Saved> saved = saved();
        StateCodec.writeVarint(out, saved.size());
        for (RuleState.Saved one : saved) {
            one.writeTo(out);
        }
    }

    static SeriesState readFrom(DataInput in, SensorState owner) throws IOException {
        SeriesState read = new SeriesState(owner, in.readUTF());
        read.running = Statistics.readFrom(in);
        read.newestTimestampMicros = in.readLong();
        read.newestReceivedAtMicros = in.readLong();
        read.nowMicros = in.readLong();
        read.floorMicros = in.readLong();
        read.remembered = Timeline.readFrom(in);
        if (in.readBoolean()) {
            LateReadings late = LateReadings.readFrom(in, owner.sensor(), read.metric);
            read.late = late;
            owner.pendingLate += late.waiting();
        }
        read.tumbling = SeriesWindows.readFrom(in);
        read.sliding =
                new SlidingWindow[StateCodec.readCount(in, WINDOW_SIZES_MAX, "sliding windows")];
        for (int i = 0; i < read.sliding.length; i++) {
            read.sliding[i] = SlidingWindow.readFrom(in);
        }
        List<RuleState.Saved> saved = new ArrayList<>();
        int count = StateCodec.readCount(in, Integer.MAX_VALUE, "states of rules");
        for (int i = 0; i < count; i++) {
            saved.add(RuleState.Saved.readFrom(in));
        }
        read.savedRules = saved;
        return read;
    }
}
