package io.riacho.benchmarks;

import io.riacho.core.model.Reading;
import io.riacho.core.model.Statistics;
import io.riacho.core.rules.Condition;
import io.riacho.core.rules.Rule;
import io.riacho.core.rules.RuleSet;
import io.riacho.core.rules.RuleWindow;
import io.riacho.core.stream.SensorRecord;
import io.riacho.core.stream.SensorState;
import io.riacho.core.stream.StreamCore;
import io.riacho.core.stream.StreamOptions;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;

/// Nanoseconds of processor time that the stream core takes for one reading, on one thread: the default rule, four
/// window sizes, a seal now and then. No I/O. About 12 seconds.
public final class CoreBenchmark {

    private static final int SENSORS = 1_000;
    private static final int SEAL_EVERY = 500_000;
    private static final int ROUNDS = 4;
    private static final int READINGS = 2_000_000;

    private enum Order {
        IN_ORDER,
        OUT_OF_ORDER
    }

    private CoreBenchmark() {}

    /// Prints one line for each case: the best of its rounds.
    public static void main(String[] args) {
        report("in order, default rule, 4 windows", rule(new RuleWindow.Running()), Order.IN_ORDER);
        report(
                "in order, a sliding rule of 5 min, 4 windows",
                rule(new RuleWindow.Sliding(Duration.ofMinutes(5))),
                Order.IN_ORDER);
        report(
                "a tenth up to 30 s late, default rule, 4 windows",
                rule(new RuleWindow.Running()),
                Order.OUT_OF_ORDER);
    }

    private static void report(String what, Rule rule, Order order) {
        StreamCore core = new StreamCore(StreamOptions.DEFAULT, RuleSet.of(rule));
        double best = Double.POSITIVE_INFINITY;
        long bytes = 0;
        for (int round = 0; round < ROUNDS; round++) {
            SensorState[] states = new SensorState[SENSORS];
            String[] names = new String[SENSORS];
            for (int i = 0; i < SENSORS; i++) {
                names[i] = "sensor-" + i;
                states[i] = SensorState.of(names[i]);
            }
            long allocatedBefore = allocatedBytes();
            long begin = cpuNanos();
            long rows = 0;
            for (int i = 0; i < READINGS; i++) {
                int sensor = i % SENSORS;
                long timestamp = 1_700_000_000_000_000L + (i / SENSORS) * 1_000_000L;
                if (order == Order.OUT_OF_ORDER && i % 10 == 9) {
                    timestamp -= (1 + i % 30) * 1_000_000L - 1 - i % 997;
                }
                double value = 20 + (i * 31 % 100) / 10.0;
                Reading reading =
                        new Reading(
                                names[sensor], "temperature", value, timestamp, null, 1, timestamp);
                rows +=
                        core.apply(states[sensor], new SensorRecord.Measured(i, reading)).row()
                                        == null
                                ? 0
                                : 1;
                if (i % SEAL_EVERY == SEAL_EVERY - 1) {
                    SensorRecord seal = new SensorRecord.Sealed(i, i - 1_000L);
                    for (SensorState state : states) {
                        core.apply(state, seal);
                    }
                }
            }
            double nanos = (cpuNanos() - begin) / (double) READINGS;
            if (rows < READINGS * 0.9) {
                throw new IllegalStateException("only " + rows + " rows of " + READINGS);
            }
            best = Math.min(best, nanos);
            bytes = (allocatedBytes() - allocatedBefore) / READINGS;
        }
        System.out.printf(
                "core, %s: %.0f ns a reading (%.2f million/s), %d bytes allocated each%n",
                what, best, 1_000 / best, bytes);
    }

    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static long allocatedBytes() {
        return ManagementFactory.getThreadMXBean()
                        instanceof com.sun.management.ThreadMXBean threads
                ? threads.getCurrentThreadAllocatedBytes()
                : 0;
    }

    private static Rule rule(RuleWindow over) {
        Condition hot =
                new Condition() {
                    @Override
                    public boolean holds(Statistics statistics) {
                        return statistics.mean() > 25;
                    }

                    @Override
                    public String text() {
                        return "average > 25";
                    }
                };
        return new Rule(
                "irrigate-when-hot",
                "v1",
                "temperature",
                List.of(),
                over,
                hot,
                null,
                Duration.ZERO,
                0,
                List.of("{sensor}"),
                true);
    }
}
