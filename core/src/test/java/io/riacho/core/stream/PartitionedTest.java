package io.riacho.core.stream;

import static io.riacho.core.stream.Testing.SECOND;
import static io.riacho.core.stream.Testing.above;
import static io.riacho.core.stream.Testing.below;
import static org.assertj.core.api.Assertions.assertThat;

import io.riacho.core.Seed;
import io.riacho.core.model.Reading;
import io.riacho.core.rules.Rule;
import io.riacho.core.rules.RuleSet;
import io.riacho.core.rules.RuleWindow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.RepeatedTest;

/// The same input through one core and through four, partitioned by sensor and then by device,
/// gives the same statistics, windows, desired states and commands.
class PartitionedTest {

    private static final int SENSORS = 40;
    private static final int PARTITIONS = 4;

    private static StreamCore core() {
        return new StreamCore(
                StreamOptions.DEFAULT.withRememberedPerSeries(8),
                RuleSet.of(
                        rule("hot", new RuleWindow.Running(), List.of(), "{sensor}", 0),
                        rule(
                                "hot-lately",
                                new RuleWindow.Sliding(Duration.ofMinutes(1)),
                                List.of("sensor-1*"),
                                "{sensor}",
                                5),
                        rule("pump", new RuleWindow.Running(), List.of("*3"), "pump", 0)));
    }

    private static Rule rule(
            String name, RuleWindow over, List<String> sensors, String device, int holdSeconds) {
        return new Rule(
                name,
                "version of " + name,
                "temperature",
                sensors,
                over,
                above(25),
                below(24.5),
                Duration.ofSeconds(holdSeconds),
                0,
                List.of(device),
                true);
    }

    /// What came of it all, by sensor and by device.
    private record Result(
            Map<String, List<String>> bySensor,
            Map<String, List<Transition>> byDevice,
            Map<String, String> states) {}

    private record Routed(String sensor, SensorRecord record) {}

    @RepeatedTest(5)
    void oneCoreAndFourGiveTheSame() {
        Seed seed = Seed.next();
        List<Routed> input = input(seed.random(0));
        Result one = run(input, 1, false);
        Result four = run(input, PARTITIONS, true);
        assertThat(four.bySensor()).as(seed::toString).isEqualTo(one.bySensor());
        assertThat(four.byDevice()).as(seed::toString).isEqualTo(one.byDevice());
        assertThat(four.states()).as(seed::toString).isEqualTo(one.states());
        assertThat(one.byDevice()).as("there is something to compare").containsKey("pump");
        assertThat(one.byDevice().values().stream().mapToInt(List::size).sum()).isGreaterThan(50);
    }

    private static List<Routed> input(SplittableRandom random) {
        List<Routed> input = new ArrayList<>();
        long position = 0;
        long clock = 1_700_000_000 * SECOND;
        for (int i = 0; i < 20_000; i++) {
            clock += random.nextLong(SECOND / 4);
            if (random.nextInt(500) == 0) {
                long at = position++;
                for (int s = 0; s < SENSORS; s++) {
                    input.add(
                            new Routed(
                                    "sensor-" + s,
                                    random.nextBoolean()
                                            ? new SensorRecord.Tick(at, clock)
                                            : new SensorRecord.Sealed(at, at - 300)));
                }
                continue;
            }
            String sensor = "sensor-" + random.nextInt(SENSORS);
            long back = random.nextInt(10) == 0 ? random.nextLong(100 * SECOND) : 0;
            double value = 25 + (random.nextDouble() - 0.5) * 10;
            input.add(
                    new Routed(
                            sensor,
                            new SensorRecord.Measured(
                                    position++,
                                    new Reading(
                                            sensor,
                                            "temperature",
                                            value,
                                            clock - back,
                                            null,
                                            0,
                                            clock))));
        }
        return input;
    }

    private static Result run(List<Routed> input, int partitions, boolean restart) {
        List<StreamCore> cores = new ArrayList<>();
        List<Map<String, SensorState>> sensors = new ArrayList<>();
        for (int i = 0; i < partitions; i++) {
            cores.add(core());
            sensors.add(new HashMap<>());
        }
        Result result = new Result(new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
        List<DesiredState> desiredStates = new ArrayList<>();
        for (int p = 0; p < partitions; p++) {
            int count = 0;
            for (Routed one : input) {
                if (Math.floorMod(one.sensor().hashCode(), partitions) != p) {
                    continue;
                }
                SensorState state = sensors.get(p).computeIfAbsent(one.sensor(), SensorState::of);
                if (restart && ++count % 1_000 == 0) {
                    state = Testing.copy(state);
                    sensors.get(p).put(one.sensor(), state);
                    cores.set(p, core());
                }
                Outcome outcome = cores.get(p).apply(state, one.record());
                result.bySensor()
                        .computeIfAbsent(one.sensor(), sensor -> new ArrayList<>())
                        .add(Testing.describe(outcome));
                desiredStates.addAll(outcome.desiredStates());
            }
        }
        desiredStates.sort(
                java.util.Comparator.comparingLong(DesiredState::position)
                        .thenComparing(DesiredState::sensor));
        Map<String, DeviceState> devices = new HashMap<>();
        for (DesiredState desired : desiredStates) {
            DeviceState device = devices.computeIfAbsent(desired.device(), DeviceState::of);
            Transition transition = cores.getFirst().apply(device, desired).transition();
            if (transition != null) {
                result.byDevice()
                        .computeIfAbsent(desired.device(), name -> new ArrayList<>())
                        .add(transition);
            }
        }
        for (Map<String, SensorState> partition : sensors) {
            partition.forEach((sensor, state) ->
                    result.states()
                            .put(sensor, java.util.HexFormat.of().formatHex(Testing.bytes(state))));
        }
        return result;
    }
}
