package io.riacho.core.stream;

import static io.riacho.core.stream.Testing.SECOND;
import static io.riacho.core.stream.Testing.above;
import static io.riacho.core.stream.Testing.below;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.riacho.core.Exact;
import io.riacho.core.Seed;
import io.riacho.core.model.Reading;
import io.riacho.core.model.Statistics;
import io.riacho.core.rules.Rule;
import io.riacho.core.rules.RuleSet;
import io.riacho.core.rules.RuleWindow;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Readings in any order, late, doubled and contradictory, with seals, resolutions, ticks and
/// snapshots in between, give what sorting and deduplicating all of them would give.
class AnyOrderTest {

    private static final List<String> METRICS = List.of("temperature", "humidity");
    private static final long SLIDING = 100 * SECOND;
    private static final long HOLD_FOR = 7 * SECOND;

    private static final RuleSet RULES =
            RuleSet.of(
                    new Rule(
                            "running",
                            "v1",
                            null,
                            List.of("s"),
                            new RuleWindow.Running(),
                            above(0.300_01),
                            null,
                            Duration.ZERO,
                            0,
                            List.of("{sensor}"),
                            true),
                    new Rule(
                            "sliding",
                            "v2",
                            null,
                            List.of("s"),
                            new RuleWindow.Sliding(Duration.ofSeconds(100)),
                            above(0.400_01),
                            below(-0.400_01),
                            Duration.ofSeconds(7),
                            0,
                            List.of("pump"),
                            true));

    private record Key(String metric, long timestamp) {}

    private record Kept(long position, double value) {}

    static long[] runs() {
        return LongStream.range(0, 60).toArray();
    }

    @ParameterizedTest
    @MethodSource("runs")
    void givesWhatSortingAndDeduplicatingGives(long run) {
        Seed seed = Seed.next();
        new Run(seed.random(run), run + ", " + seed).play();
    }

    private static final class Run {

        private final SplittableRandom random;
        private final String why;
        private final StreamCore core;
        private SensorState state = SensorState.of("s");

        /// The same without any snapshot.
        private final SensorState twin = SensorState.of("s");

        private final List<SensorRecord.Measured> taken = new ArrayList<>();
        private final List<Late> pending = new ArrayList<>();
        private final Map<Key, Kept> rows = new HashMap<>();
        private final Map<Long, Verdict> verdicts = new TreeMap<>();
        private final Map<Long, Double> conflicts = new TreeMap<>();
        private final Map<String, Statistics> windows = new TreeMap<>();
        private final Map<String, NaiveSeries> naive = new HashMap<>();
        private long position;
        private long sealedUpTo = -1;
        private long clock = 1_700_000_000 * SECOND;
        private int late;

        Run(SplittableRandom random, String why) {
            this.random = random;
            this.why = why;
            StreamOptions options =
                    new StreamOptions(
                            List.of(Duration.ofSeconds(10), Duration.ofMinutes(1)),
                            Duration.ofSeconds(random.nextInt(20)),
                            random.nextInt(1, 4),
                            random.nextInt(1, 30),
                            1_000_000,
                            100);
            core = new StreamCore(options, RULES);
            for (String metric : METRICS) {
                naive.put(
                        metric,
                        new NaiveSeries()
                                .with("running", 0, 0.300_01, null, 0)
                                .with("sliding", SLIDING, 0.400_01, -0.400_01, HOLD_FOR));
            }
        }

        void play() {
            for (int step = 0; step < 1_500; step++) {
                switch (random.nextInt(40)) {
                    case 0, 1 -> seal();
                    case 2, 3, 4, 5, 6 -> resolve();
                    case 7, 8 -> tick();
                    case 9 -> state = Testing.copy(state);
                    default -> measure();
                }
            }
            while (!pending.isEmpty()) {
                resolve();
            }
            take(new SensorRecord.Flush(position++), List.of());
            checkVerdicts();
            checkStatistics();
            checkWindows();
            assertThat(late).as(why).isPositive();
            assertThat(Testing.bytes(state)).as(why).isEqualTo(Testing.bytes(twin));
        }

        private void measure() {
            clock += random.nextInt(2) * random.nextLong(3 * SECOND);
            Reading reading;
            if (!taken.isEmpty() && random.nextInt(5) == 0) {
                Reading former = taken.get(random.nextInt(taken.size())).reading();
                double value = random.nextBoolean() ? former.value() : random.nextInt(-10, 11);
                reading = reading(former.metric(), value, former.timestampMicros());
            } else {
                long back =
                        switch (random.nextInt(8)) {
                            case 0 -> random.nextLong(30 * SECOND);
                            case 1 -> random.nextLong(1_000 * SECOND);
                            default -> 0;
                        };
                int drift = (taken.size() / 100) % 2 == 0 ? 2 : -2;
                reading =
                        reading(
                                METRICS.get(random.nextInt(2)),
                                random.nextInt(-10, 11) + drift,
                                (clock - back) / 1_000 * 1_000);
            }
            SensorRecord.Measured measured = new SensorRecord.Measured(position++, reading);
            taken.add(measured);
            Outcome outcome = take(measured, null);
            Key key = new Key(reading.metric(), reading.timestampMicros());
            if (outcome.verdict() == Verdict.LATE) {
                late++;
                for (Late one : outcome.lates()) {
                    assertThat(one.held()).isTrue();
                    Kept row = rows.get(key);
                    assertThat(row == null || row.position() <= sealedUpTo)
                            .as("only what is sealed has to be looked up: " + why)
                            .isTrue();
                    pending.add(one);
                }
            } else {
                verdicts.put(measured.position(), outcome.verdict());
            }
        }

        private Reading reading(String metric, double value, long timestamp) {
            return new Reading("s", metric, value, timestamp, null, 1, clock);
        }

        private void seal() {
            sealedUpTo = Math.max(sealedUpTo, position - 1 - random.nextInt(100));
            take(new SensorRecord.Sealed(position++, sealedUpTo), List.of());
        }

        /// What a look into the sealed files gives.
        private void resolve() {
            if (pending.isEmpty()) {
                return;
            }
            Late one = pending.remove(random.nextInt(pending.size()));
            Key key = new Key(one.reading().metric(), one.reading().timestampMicros());
            Kept row = rows.get(key);
            boolean found = row != null && row.position() <= sealedUpTo;
            Outcome outcome =
                    take(
                            new SensorRecord.Resolution(
                                    position++,
                                    key.metric(),
                                    one.position(),
                                    found,
                                    row != null && found ? row.value() : Double.NaN),
                            null);
            assertThat(outcome.settled()).as(why).isNotEmpty();
            for (Settled settled : outcome.settled()) {
                assertThat(verdicts.put(settled.of(), settled.verdict())).as(why).isNull();
            }
        }

        private void tick() {
            clock += random.nextLong(60 * SECOND);
            List<String> expected = new ArrayList<>();
            long due = state.nextTickMicros();
            for (SeriesState series : state.allSeries()) {
                expected.addAll(naive(series.metric()).tick(clock));
            }
            assertThat(twin.nextTickMicros() <= clock || expected.isEmpty())
                    .as("a tick that changes something was announced: " + why)
                    .isTrue();
            assertThat(due == Long.MIN_VALUE || due == twin.nextTickMicros()).as(why).isTrue();
            take(new SensorRecord.Tick(position++, clock), expected);
        }

        /// Applies a record to the state and its twin; `expectedDesiredStates` null: those of the
        /// row.
        private Outcome take(SensorRecord record, @Nullable List<String> expectedDesiredStates) {
            Outcome outcome = core.apply(state, record);
            assertThat(Testing.describe(core.apply(twin, record)))
                    .as(why)
                    .isEqualTo(Testing.describe(outcome));
            List<String> expected = new ArrayList<>();
            Row row = outcome.row();
            if (row != null) {
                Reading reading = row.reading();
                Kept before =
                        rows.put(
                                new Key(reading.metric(), reading.timestampMicros()),
                                new Kept(row.position(), reading.value()));
                assertThat(before).as("never a second row: " + why).isNull();
                assertThat(row.position()).as(why).isEqualTo(record.position());
                expected.addAll(
                        naive(reading.metric())
                                .row(
                                        reading.value(),
                                        reading.timestampMicros(),
                                        reading.receivedAtMicros()));
            }
            assertThat(outcome.desiredStates().stream().map(Run::text).toList())
                    .as("%s: %s", why, record)
                    .isEqualTo(expectedDesiredStates != null ? expectedDesiredStates : expected);
            for (Conflict conflict : outcome.conflicts()) {
                conflicts.put(conflict.of(), conflict.keptValue());
            }
            for (WindowResult part : outcome.windows()) {
                Window window = part.window();
                windows.computeIfAbsent(
                                name(part.metric(), window.sizeMicros(), window.startMicros()),
                                key -> new Statistics())
                        .merge(window.statistics());
            }
            return outcome;
        }

        private NaiveSeries naive(String metric) {
            return requireNonNull(naive.get(metric));
        }

        private static String text(DesiredState desired) {
            return desired.rule()
                    + (desired.active() ? " on " : " off ")
                    + NaiveSeries.digits(desired.average())
                    + " at "
                    + desired.timestampMicros();
        }

        private static String name(String metric, long size, long start) {
            return metric + " " + size + " " + start;
        }

        private void checkVerdicts() {
            Map<Key, Double> kept = new HashMap<>();
            Map<Long, Verdict> expected = new TreeMap<>();
            Map<Long, Double> expectedConflicts = new TreeMap<>();
            for (SensorRecord.Measured one : taken) {
                Reading reading = one.reading();
                Key key = new Key(reading.metric(), reading.timestampMicros());
                Double first = kept.putIfAbsent(key, reading.value());
                if (first == null) {
                    expected.put(one.position(), Verdict.NEW);
                } else if (first == reading.value()) {
                    expected.put(one.position(), Verdict.DUPLICATE);
                } else {
                    expected.put(one.position(), Verdict.CONFLICT);
                    expectedConflicts.put(one.position(), first);
                }
            }
            assertThat(verdicts).as(why).isEqualTo(expected);
            assertThat(conflicts).as(why).isEqualTo(expectedConflicts);
            assertThat(rows).as(why).hasSameSizeAs(kept);
            rows.forEach((key, row) -> assertThat(row.value()).isEqualTo(kept.get(key)));
        }

        private void checkStatistics() {
            for (SeriesState series : state.allSeries()) {
                Exact exact = new Exact();
                rows.forEach((key, row) -> {
                    if (key.metric().equals(series.metric())) {
                        exact.add(row.value());
                    }
                });
                exact.check(series.running(), why);
                assertThat(series.pendingLate()).isZero();
            }
        }

        private void checkWindows() {
            Map<String, Exact> expected = new LinkedHashMap<>();
            rows.forEach((key, row) -> {
                for (long size : new long[] {10 * SECOND, 60 * SECOND}) {
                    long start = Math.floorDiv(key.timestamp(), size) * size;
                    expected.computeIfAbsent(name(key.metric(), size, start), name -> new Exact())
                            .add(row.value());
                }
            });
            assertThat(windows.keySet()).as(why).isEqualTo(new TreeSet<>(expected.keySet()));
            expected.forEach((name, exact) ->
                    exact.check(requireNonNull(windows.get(name)), name + ": " + why));
        }
    }
}
