package io.riacho.core.stream;

import io.riacho.core.model.Reading;
import io.riacho.core.rules.Rule;
import io.riacho.core.rules.RuleSet;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/// Applies records to states. Immutable and safe for use by many threads; a state belongs to one
/// thread at a time.
///
/// ## Readings in time, late readings
///
/// A series remembers its rows by timestamp, so a reading above its **floor** is at once new, a
/// duplicate or a conflict. Rows are forgotten, oldest timestamp first, once a [SensorRecord.Sealed]
/// says that they can be looked up elsewhere and more than [StreamOptions#rememberedPerSeries()]
/// remain; the floor is the largest timestamp forgotten. A reading at or below it comes out as
/// [Late]; it and all that follow with the same series and timestamp wait inside the state until a
/// [SensorRecord.Resolution] says whether there is such a row. If not, the first of them becomes a
/// row, with the resolution's position, and is remembered aside until that is sealed. Then the others
/// are duplicates or conflicts of it. So of a series and timestamp there is never a second row,
/// whatever the order, and nothing is ever retracted.
///
/// ## Time
///
/// A series' time is its newest timestamp. While it is silent, ticks let it pass: by a tick at host
/// time `t`, as much as `t` is past the moment at which the newest reading was received. So sensors
/// whose clocks are off, and history that is sent later, are judged by their own time. A tick that is
/// earlier than [SensorState#nextTickMicros()] changes nothing and need not be applied.
///
/// ## What a sensor's state may take
///
/// | what | at most |
/// |---|---|
/// | series | as many as the host lets in: it has to refuse new ones before it makes them durable |
/// | rows remembered | `rememberedPerSeries` in each series, and all that are not sealed |
/// | late readings that wait | `pendingLateMax`; further ones come out with [Late#held()] false |
/// | open windows | `openWindowsPerSizeMax` in each series and size; the oldest is handed out early |
/// | sliding windows | 60 statistics for each series and distinct length among the rules |
/// | rules | [RuleSet#RULES_MAX], each with a few words of state in each series that it concerns |
public final class StreamCore {

    private final StreamOptions options;
    private final RuleSet rules;
    private final long[] windowMicros;
    private final long windowGraceMicros;

    public StreamCore(StreamOptions options, RuleSet rules) {
        this.options = options;
        this.rules = rules;
        this.windowMicros = options.windows().stream().mapToLong(StreamCore::micros).toArray();
        this.windowGraceMicros = micros(options.windowGrace());
    }

    static long micros(Duration duration) {
        return TimeUnit.MICROSECONDS.convert(duration);
    }

    public StreamOptions options() {
        return options;
    }

    public RuleSet rules() {
        return rules;
    }

    /// Applies one record to the state of the sensor that it concerns. Records are applied once each,
    /// in the order of their positions.
    ///
    /// A state whose last record was applied by a core with other rules goes on like this: rules of
    /// the same version keep their state, the others begin; what a rule that is gone still asks for
    /// is withdrawn by [SensorRecord.RulesChanged].
    ///
    /// @throws IllegalArgumentException when a reading is not of the state's sensor
    public Outcome apply(SensorState state, SensorRecord record) {
        Outcome outcome = new Outcome();
        if (state.boundTo != this) {
            state.bind(this, record.position(), outcome);
        }
        switch (record) {
            case SensorRecord.Measured measured -> {
                Reading reading = measured.reading();
                if (!reading.sensor().equals(state.sensor())) {
                    throw new IllegalArgumentException(
                            "a reading of sensor '"
                                    + reading.sensor()
                                    + "' for the state of '"
                                    + state.sensor()
                                    + "'");
                }
                SeriesState series = state.seriesOf(reading.metric(), this);
                series.measured(measured.position(), reading, outcome);
            }
            case SensorRecord.Resolution resolution -> {
                SeriesState series = state.series(resolution.metric());
                if (series != null) {
                    series.resolved(resolution, outcome);
                }
            }
            case SensorRecord.Sealed sealed ->
                    state.forEachSeries(series -> series.sealed(sealed.upTo()));
            case SensorRecord.Tick tick ->
                    state.forEachSeries(
                            series -> series.tick(tick.position(), tick.timeMicros(), outcome));
            case SensorRecord.RulesChanged changed -> {
                state.forEachSeries(series -> series.evaluate(changed.position(), outcome));
                state.forEachSeries(series -> series.withdraw(changed.position(), outcome));
            }
            case SensorRecord.Flush flush ->
                    state.forEachSeries(series -> series.flush(flush.position(), outcome));
        }
        return outcome;
    }

    /// Applies one desired state, or its withdrawal, to its device. Of all that a device has, the
    /// highest priority decides, and there any 'on'; without one it is off. It starts off, so its
    /// first transition is to on.
    ///
    /// Desired states are kept by (rule version, sensor, metric): applying one again changes
    /// nothing.
    ///
    /// @throws IllegalArgumentException when the desired state is of another device
    public DeviceOutcome apply(DeviceState state, DesiredState desired) {
        return apply(state, desired, options.desiredStatesPerDeviceMax(), false);
    }

    /// Applies what a person desires to the state of its device. It counts like a rule's, with two
    /// differences: it is taken however many the device has, and where it decides there is a
    /// transition even if the device was told the same before. Who asks for a command gets one, also
    /// from a device that is believed to be off.
    ///
    /// @throws IllegalArgumentException when the desired state is of another device
    public DeviceOutcome force(DeviceState state, DesiredState desired) {
        return apply(state, desired, Integer.MAX_VALUE, true);
    }

    private static DeviceOutcome apply(
            DeviceState state, DesiredState desired, int desiredStatesMax, boolean force) {
        if (!desired.device().equals(state.device())) {
            throw new IllegalArgumentException(
                    "a desired state for device '"
                            + desired.device()
                            + "' for the state of '"
                            + state.device()
                            + "'");
        }
        return state.apply(desired, desiredStatesMax, force);
    }

    List<Rule> rulesConcerning(String sensor, String metric) {
        return rules.concerning(sensor, metric);
    }

    long[] windowMicros() {
        return windowMicros;
    }

    long windowGraceMicros() {
        return windowGraceMicros;
    }

    /// Sliding windows for a series' rules: those that are there already, and new ones.
    static Map<Long, SlidingWindow> slidingByLength(SlidingWindow[] windows) {
        Map<Long, SlidingWindow> byLength = new TreeMap<>();
        for (SlidingWindow window : windows) {
            byLength.put(window.lengthMicros, window);
        }
        return byLength;
    }
}
