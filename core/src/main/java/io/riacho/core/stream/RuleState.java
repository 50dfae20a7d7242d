package io.riacho.core.stream;

import io.riacho.core.model.Statistics;
import io.riacho.core.rules.Condition;
import io.riacho.core.rules.Rule;
import io.riacho.core.rules.RuleWindow;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The phase of a rule in one series: inactive, holding (its condition holds, but not yet for long
/// enough), or active.
final class RuleState {

    enum Phase {
        INACTIVE,
        HOLDING,
        ACTIVE
    }

    /// What is written of a rule that is not inactive, and all that is known of it once its rule is
    /// gone: enough to go on, and to withdraw what it asks for.
    record Saved(
            String rule,
            String version,
            Phase phase,
            long sinceMicros,
            boolean turnOn,
            int priority,
            List<String> devices) {

        void writeTo(DataOutput out) throws IOException {
            out.writeUTF(rule);
            out.writeUTF(version);
            out.writeBoolean(phase == Phase.ACTIVE);
            out.writeLong(sinceMicros);
            out.writeBoolean(turnOn);
            out.writeInt(priority);
            StateCodec.writeVarint(out, devices.size());
            for (String device : devices) {
                out.writeUTF(device);
            }
        }

        static Saved readFrom(DataInput in) throws IOException {
            String rule = in.readUTF();
            String version = in.readUTF();
            Phase phase = in.readBoolean() ? Phase.ACTIVE : Phase.HOLDING;
            long sinceMicros = in.readLong();
            boolean turnOn = in.readBoolean();
            int priority = in.readInt();
            List<String> devices = new ArrayList<>();
            int count = StateCodec.readCount(in, Rule.DEVICES_MAX, "devices of a rule");
            for (int i = 0; i < count; i++) {
                devices.add(in.readUTF());
            }
            return new Saved(rule, version, phase, sinceMicros, turnOn, priority, devices);
        }

        /// Puts the desired states of an active rule, or their withdrawal, into an outcome.
        void putDesiredStates(
                boolean active,
                long position,
                String sensor,
                String metric,
                double average,
                long nowMicros,
                Outcome outcome) {
            for (String device : devices) {
                outcome.add(
                        new DesiredState(
                                position, rule, version, sensor, metric, device, active, turnOn,
                                priority, average, nowMicros));
            }
        }
    }

    final Rule rule;

    /// Null: over the running statistics.
    final @Nullable SlidingWindow window;

    private final long holdForMicros;
    private Phase phase = Phase.INACTIVE;

    /// The series' time at which its condition began to hold; of no meaning when inactive.
    private long sinceMicros;

    RuleState(Rule rule, @Nullable SlidingWindow window) {
        this.rule = rule;
        this.window = window;
        this.holdForMicros = StreamCore.micros(rule.holdFor());
    }

    /// The length of the sliding window that a rule needs, or 0 when it needs none.
    static long slidingMicros(Rule rule) {
        return switch (rule.over()) {
            case RuleWindow.Running running -> 0;
            case RuleWindow.Sliding sliding -> StreamCore.micros(sliding.length());
        };
    }

    void restore(Saved saved) {
        phase = saved.phase();
        sinceMicros = saved.sinceMicros();
    }

    /// What has to be kept of it; null when it is inactive.
    @Nullable Saved saved(String sensor) {
        if (phase == Phase.INACTIVE) {
            return null;
        }
        return new Saved(
                rule.name(),
                rule.version(),
                phase,
                sinceMicros,
                rule.turnOn(),
                rule.priority(),
                rule.devicesOf(sensor));
    }

    /// The series' time at which it becomes active if nothing happens until then.
    long dueMicros() {
        return phase == Phase.HOLDING ? sinceMicros + holdForMicros : Long.MAX_VALUE;
    }

    void evaluate(
            Statistics running,
            long position,
            String sensor,
            String metric,
            long nowMicros,
            Outcome outcome) {
        Statistics statistics = window == null ? running : window.statistics();
        boolean empty = statistics.isEmpty();
        if (phase == Phase.ACTIVE) {
            Condition until = rule.until();
            boolean over =
                    empty
                            || (until == null
                                    ? !rule.when().holds(statistics)
                                    : until.holds(statistics));
            if (over) {
                putDesiredStates(
                        false, position, sensor, metric, statistics.mean(), nowMicros, outcome);
                phase = Phase.INACTIVE;
            }
            return;
        }
        if (empty || !rule.when().holds(statistics)) {
            phase = Phase.INACTIVE;
            return;
        }
        if (phase == Phase.INACTIVE) {
            phase = Phase.HOLDING;
            sinceMicros = nowMicros;
        }
        if (nowMicros - sinceMicros >= holdForMicros) {
            phase = Phase.ACTIVE;
            putDesiredStates(true, position, sensor, metric, statistics.mean(), nowMicros, outcome);
        }
    }

    private void putDesiredStates(
            boolean active,
            long position,
            String sensor,
            String metric,
            double average,
            long nowMicros,
            Outcome outcome) {
        Saved saved = saved(sensor);
        if (saved != null) {
            saved.putDesiredStates(active, position, sensor, metric, average, nowMicros, outcome);
        }
    }
}
