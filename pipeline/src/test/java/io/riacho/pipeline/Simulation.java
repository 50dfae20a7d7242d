package io.riacho.pipeline;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.riacho.api.commands.Command;
import io.riacho.api.commands.Overrides.ActiveOverride;
import io.riacho.api.readings.Failure;
import io.riacho.api.readings.InvalidReadingException;
import io.riacho.api.readings.ReadingBatch;
import io.riacho.api.readings.Refusal;
import io.riacho.api.readings.SeriesTable;
import io.riacho.api.readings.Source;
import io.riacho.api.readings.Submission;
import io.riacho.core.model.Statistics;
import io.riacho.core.rules.Condition;
import io.riacho.core.rules.Rule;
import io.riacho.core.rules.RuleSet;
import io.riacho.core.rules.RuleWindow;
import io.riacho.core.stream.StreamOptions;
import io.riacho.disk.Disk;
import io.riacho.journal.JournalOptions;
import io.riacho.lake.Lake;
import io.riacho.lake.LakeOptions;
import io.riacho.lake.QueryLimits;
import io.riacho.lake.QueryResult;
import io.riacho.pipeline.live.LiveFeedPublisher;
import io.riacho.pipeline.metrics.PipelineMetrics;
import io.riacho.pipeline.stages.PipelineOptions;
import io.riacho.pipeline.state.series.SeriesSummary;
import io.riacho.simulation.CrashedException;
import io.riacho.simulation.DiskThatLosesUnsyncedWrites;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// One run: several lives of a server on one disk, each ended by a crash at a random operation, with
/// the stages stepped in random order; after each recovery the invariants are checked.
final class Simulation {

    /// What came of a run.
    record Report(
            List<String> violations,
            long acknowledged,
            long inFlightAtCrash,
            long crashes,
            long seals,
            long late,
            long sessionWrites,
            long deviceReports,
            long recordsCompared,
            @Nullable Exception failure) {}

    /// Servers with a mistake that the simulation must find.
    enum Mutant {
        NONE,

        /// It gives receipts before it syncs.
        ACKNOWLEDGES_BEFORE_SYNC,

        /// What its rules conclude depends on something that no snapshot has.
        FORGETS_IN_SNAPSHOTS
    }

    private static final int LIVES = 6;
    private static final long START_MICROS = 1_763_668_800_000_000L;
    private static final long INTAKE_BYTES_MAX = 4_096;
    private static final int SERIES_MAX = 6;
    private static final int MANUAL_PRIORITY = 1;
    private static final JournalOptions JOURNAL = new JournalOptions(16 << 10, 8 << 10);
    private static final LakeOptions LAKE = LakeOptions.defaults().withEngineBytesMax(64 << 20);
    private static final StreamOptions STREAM = StreamOptions.DEFAULT.withRememberedPerSeries(2);

    private record SeriesKey(String sensor, String metric) {}

    private record Key(String sensor, String metric, long timestampMicros) {}

    /// A reading that was handed to the intake.
    private record Sent(String sensor, String metric, long timestampMicros, double value) {
        Key key() {
            return new Key(sensor, metric, timestampMicros);
        }

        boolean isTimeless() {
            return timestampMicros == ReadingBatch.NO_TIMESTAMP;
        }
    }

    private final Path directory;
    private final Mutant mutant;
    private final SplittableRandom random;
    private final DiskThatLosesUnsyncedWrites faulty;
    private final Disk disk;
    private final List<String> violations = new ArrayList<>();
    private final OverridesByHand byHand;

    private final Map<Key, List<Double>> acknowledged = new HashMap<>();
    private final Set<Double> acknowledgedTimeless = new HashSet<>();
    private final Map<Key, Set<Double>> everSent = new HashMap<>();
    private final Set<Double> everSentTimeless = new HashSet<>();
    private final Set<Sent> inFlight = new HashSet<>();
    private final List<Sent> history = new ArrayList<>();
    private long acknowledgedCount;
    private long inFlightCount;
    private long crashes;
    private long seals;
    private long late;
    private SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private @Nullable Exception failure;
    private final SessionsUnderTest sessions;
    private final DevicesUnderTest connectingDevices;
    private final CommandsUnderTest commands;
    private final FoldUnderTest folds;
    private double nextUnique = 1;
    private long nowMicros = START_MICROS;

    Simulation(Path directory, long seed, Mutant mutant) throws IOException {
        this.directory = directory;
        this.mutant = mutant;
        this.random = new SplittableRandom(seed);
        this.byHand = new OverridesByHand(random);
        this.sessions = new SessionsUnderTest(random, violations);
        this.commands = new CommandsUnderTest(random);
        this.connectingDevices = new DevicesUnderTest(random, violations);
        Files.createDirectories(directory);
        this.faulty = new DiskThatLosesUnsyncedWrites(directory);
        DiskThatKeepsSegments keeping =
                new DiskThatKeepsSegments(
                        mutant == Mutant.ACKNOWLEDGES_BEFORE_SYNC
                                ? new DiskThatSyncsLate(faulty)
                                : faulty);
        this.disk = keeping;
        this.folds =
                new FoldUnderTest(keeping, directory, JOURNAL, LAKE, this::emptyState, violations);
    }

    Report run() throws Exception {
        try (folds) {
            for (int life = 0; life < LIVES && violations.isEmpty(); life++) {
                live(life);
            }
            if (violations.isEmpty()) {
                registry = new SimpleMeterRegistry();
                try (Pipeline last = open()) {
                    folds.afterRecovery(last.fold());
                }
            }
        }
        return new Report(
                violations,
                acknowledgedCount,
                inFlightCount,
                crashes,
                seals,
                late,
                sessions.stored(),
                connectingDevices.kept(),
                folds.compared(),
                failure);
    }

    private void live(int life) throws Exception {
        boolean crashing = life < LIVES - 1;
        if (crashing) {
            faulty.crashAfter(1 + random.nextInt(1, random.nextBoolean() ? 60 : 1_200));
        }
        Pipeline pipeline = null;
        try {
            registry = new SimpleMeterRegistry();
            pipeline = open();
            folds.afterRecovery(pipeline.fold());
            pipeline.useRules(someRules());
            sessions.afterRecovery(pipeline.sessions().restore());
            connectingDevices.afterRecovery(pipeline.devices());
            commands.afterRecovery();
            check(pipeline);
            work(pipeline, random.nextInt(50, 600));
            faulty.makeRoom();
            settle(pipeline);
            check(pipeline);
            sessions.afterWork(pipeline.fold().sessions().sessions());
            rest(pipeline);
            connectingDevices.afterRest(pipeline.devices());
            folds.afterLife(pipeline.fold());
            pipeline.close();
            faulty.powerOff();
            faulty.crash(random);
            late += (long) registry.counter("riacho.readings.late").count();
            return;
        } catch (RuntimeException | IOException e) {
            if (!isCrash(e)) {
                violations.add("life " + life + " does not start or go on: " + e);
                failure = e;
            }
            crashes++;
        }
        late += (long) registry.counter("riacho.readings.late").count();
        inFlightCount += inFlight.size();
        inFlight.clear();
        if (pipeline != null) {
            folds.afterLife(pipeline.fold());
            abandon(pipeline);
        }
        if (!faulty.isCrashed()) {
            faulty.powerOff();
        }
        faulty.makeRoom();
        faulty.crash(random);
    }

    /// The journal failed, so the process ends by itself.
    private static final class BrokenException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    private static boolean isCrash(@Nullable Throwable e) {
        for (Throwable each = e; each != null; each = each.getCause()) {
            if (each instanceof CrashedException || each instanceof BrokenException) {
                return true;
            }
        }
        return false;
    }

    /// The process is gone; only what it holds outside the heap must be given back.
    private static void abandon(Pipeline pipeline) {
        try {
            pipeline.lake().close();
        } catch (Exception e) {
            if (!isCrash(e)) {
                throw new AssertionError(e);
            }
        }
    }

    private Pipeline open() throws IOException {
        return Pipeline.open(
                disk,
                Pipeline.Directories.below(directory),
                JOURNAL,
                LAKE,
                STREAM,
                options(random.nextInt(5, 200), random.nextInt(10, 30)),
                this::rules,
                () -> nowMicros,
                registry);
    }

    private static PipelineOptions options(int sealRowsMax, int expirySeconds) {
        PipelineOptions options =
                OptionsUnderTest.of(
                        INTAKE_BYTES_MAX,
                        SERIES_MAX,
                        new PipelineOptions.Lake(
                                sealRowsMax,
                                Duration.ofSeconds(30),
                                64 << 20,
                                2,
                                Duration.ofSeconds(30),
                                100_000),
                        MANUAL_PRIORITY,
                        new PipelineOptions.Fixed(64, 256, 32, 1 << 20));
        return new PipelineOptions(
                options.intake(),
                options.journal(),
                options.stream(),
                options.lake(),
                options.retention(),
                new PipelineOptions.Commands(Duration.ofSeconds(expirySeconds), MANUAL_PRIORITY),
                options.devices(),
                options.fixed());
    }

    /// What a replay of the whole journal begins with.
    private State emptyState(Lake lake) {
        return State.empty(
                STREAM,
                options(1, 1),
                this::rules,
                lake,
                new LiveFeedPublisher(() -> {}),
                _ -> {},
                () -> nowMicros,
                new PipelineMetrics(new SimpleMeterRegistry()));
    }

    /// One of two sets, which share a rule.
    private ByteBuffer someRules() {
        return ByteBuffer.wrap(new byte[] {(byte) random.nextInt(2)});
    }

    private RuleSet rules(ByteBuffer definitions) {
        return definitions.get(0) == 0 ? RuleSet.of(rule()) : RuleSet.of(rule(), humid(humidity()));
    }

    /// It holds only after a while, of what came lately; its devices are others.
    private Condition humidity() {
        return mutant == Mutant.FORGETS_IN_SNAPSHOTS ? new EverySecondTime() : new AverageAbove(24);
    }

    private static Rule humid(Condition condition) {
        return new Rule(
                "humid",
                "v2",
                "humidity",
                List.of(),
                new RuleWindow.Sliding(Duration.ofSeconds(30)),
                condition,
                null,
                Duration.ofSeconds(3),
                0,
                List.of("{sensor}-fan", "fan"),
                true);
    }

    private static Rule rule() {
        return new Rule(
                "hot",
                "v1",
                "temperature",
                List.of(),
                new RuleWindow.Running(),
                new AverageAbove(25),
                null,
                Duration.ZERO,
                0,
                List.of("{sensor}"),
                true);
    }

    private record AverageAbove(double threshold) implements Condition {
        @Override
        public boolean holds(Statistics statistics) {
            return statistics.mean() > threshold;
        }

        @Override
        public String text() {
            return "average > " + threshold;
        }
    }

    /// A condition with a memory of its own.
    private static final class EverySecondTime implements Condition {
        private int times;

        @Override
        public boolean holds(Statistics statistics) {
            return times++ % 2 == 0;
        }

        @Override
        public String text() {
            return "every second time";
        }
    }

    private void work(Pipeline pipeline, int steps) throws Exception {
        SeriesTable table = new SeriesTable(SERIES_MAX);
        boolean[] full = {false};
        for (int i = 0; i < steps; i++) {
            switch (random.nextInt(19)) {
                case 0, 1, 2, 3 -> {
                    if (!full[0] && !submit(pipeline, table)) {
                        full[0] = true;
                        pipeline.intake().whenReady(() -> full[0] = false);
                    }
                }
                case 4, 5, 6 -> pipeline.stepJournal();
                case 7, 8 -> pipeline.stepStream();
                case 9 -> pipeline.stepBackground();
                case 10 -> {
                    nowMicros += random.nextLong(2_000_000);
                    pipeline.tick();
                }
                case 11 -> faults();
                case 12 -> {
                    if (random.nextInt(4) == 0 && pipeline.seal() != null) {
                        seals++;
                    }
                }
                case 13 -> {
                    if (random.nextInt(8) == 0) {
                        byHand.give(pipeline.manualCommands(), nowMicros);
                    }
                }
                case 14, 15 -> {
                    if (!pipeline.intake().isFull()) {
                        sessions.write(pipeline.sessions());
                    }
                }
                case 16 -> connectingDevices.act(pipeline.devices());
                case 17 -> commands.act(pipeline.commands());
                case 18 -> {
                    if (random.nextInt(20) == 0) {
                        pipeline.useRules(someRules());
                    }
                }
                default -> throw new AssertionError();
            }
            if (pipeline.isBroken()) {
                throw new BrokenException();
            }
            bounded(pipeline);
        }
    }

    private void faults() {
        switch (random.nextInt(60)) {
            case 0 -> faulty.failNextSync();
            case 1, 2 -> faulty.fillUpAfter(random.nextInt(40_000));
            case 3, 4, 5, 6, 7, 8 -> faulty.makeRoom();
            default -> {}
        }
    }

    /// Invariant 7, as far as the path holds anything.
    private void bounded(Pipeline pipeline) {
        // One message beyond the bound for the one sender there is, and one write of sessions.
        long most = INTAKE_BYTES_MAX + 64 + 16 * 32 + 100 + SessionsUnderTest.WRITE_BYTES_MAX;
        long held = pipeline.intakeBytesHeld();
        if (held > most) {
            violations.add("the intake holds " + held + " bytes");
        }
    }

    private void settle(Pipeline pipeline) {
        for (int i = 0; i < 100_000 && !pipeline.isIdle(); i++) {
            boolean journaled = pipeline.stepJournal();
            boolean folded = pipeline.stepStream();
            boolean worked = pipeline.stepBackground() || journaled || folded;
            if (pipeline.isBroken()) {
                throw new BrokenException();
            }
            if (!worked) {
                nowMicros += 1_000_000;
            }
        }
        if (!pipeline.isIdle()) {
            violations.add("the path does not come to rest");
        }
    }

    /// Lets so much time pass that every device is online or offline for good.
    private void rest(Pipeline pipeline) {
        for (int i = 0; i < 3; i++) {
            nowMicros += 1_000 * DevicesUnderTest.REST_MILLIS;
            pipeline.tick();
            settle(pipeline);
        }
    }

    private boolean submit(Pipeline pipeline, SeriesTable table) throws InvalidReadingException {
        int size = random.nextInt(1, 16);
        ReadingBatch batch = new ReadingBatch(size);
        List<Sent> all = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            Sent sent = next();
            batch.add(
                    table.series(sent.sensor(), sent.metric()),
                    sent.value(),
                    sent.timestampMicros(),
                    random.nextInt(4) == 0 ? "°C" : null);
            all.add(sent);
            if (sent.isTimeless()) {
                everSentTimeless.add(sent.value());
            } else {
                everSent.computeIfAbsent(sent.key(), _ -> new HashSet<>()).add(sent.value());
                history.add(sent);
            }
        }
        inFlight.addAll(all);
        return pipeline.intake()
                .submit(
                        new Submission(Source.TCP, batch, 100) {
                            @Override
                            protected void durable(List<Refusal> refusals) {
                                Set<Integer> refused = new HashSet<>();
                                for (Refusal each : refusals) {
                                    refused.add(each.index());
                                }
                                for (int i = 0; i < all.size(); i++) {
                                    Sent sent = all.get(i);
                                    inFlight.remove(sent);
                                    if (!refused.contains(i)) {
                                        acknowledge(sent);
                                    }
                                }
                            }

                            @Override
                            protected void failed(Failure failure) {
                                // Unknown if broken, not stored otherwise: allowed either way.
                            }
                        });
    }

    private void acknowledge(Sent sent) {
        acknowledgedCount++;
        if (sent.isTimeless()) {
            acknowledgedTimeless.add(sent.value());
        } else {
            acknowledged.computeIfAbsent(sent.key(), _ -> new ArrayList<>()).add(sent.value());
        }
    }

    private Sent next() {
        int kind = random.nextInt(10);
        if (!history.isEmpty() && kind < 3) {
            Sent old = history.get(random.nextInt(history.size()));
            // A duplicate, or a conflict.
            return kind < 2
                    ? old
                    : new Sent(old.sensor(), old.metric(), old.timestampMicros(), unique());
        }
        String sensor = "s" + random.nextInt(3);
        String metric = random.nextInt(3) == 0 ? "humidity" : "temperature";
        if (kind == 3) {
            return new Sent(sensor, metric, ReadingBatch.NO_TIMESTAMP, unique());
        }
        long offset =
                switch (random.nextInt(4)) {
                    case 0 -> -random.nextLong(5_000_000);
                    case 1 -> -random.nextLong(4 * 3_600_000_000L);
                    default -> -random.nextLong(1_000);
                };
        return new Sent(sensor, metric, nowMicros + offset, unique());
    }

    /// A value that no other reading has, around 25.
    private double unique() {
        nextUnique += 1;
        return 25 + (random.nextBoolean() ? 1 : -1) * (nextUnique / 1024 + random.nextInt(4));
    }

    // --- the invariants

    private record Stored(Map<Key, Double> rows, Map<SeriesKey, List<Double>> bySeries) {}

    private void check(Pipeline pipeline) throws Exception {
        settle(pipeline);
        Stored stored = readings(pipeline);
        Map<Key, Set<Double>> conflicts = conflicts(pipeline);
        Set<Double> anywhere = new HashSet<>(stored.rows().values());
        conflicts.values().forEach(anywhere::addAll);

        acknowledged.forEach((key, values) -> {
            Double kept = stored.rows().get(key);
            if (kept == null) {
                violations.add("1: acknowledged, but not in readings: " + key);
                return;
            }
            for (double value : values) {
                if (value != kept && !conflicts.getOrDefault(key, Set.of()).contains(value)) {
                    violations.add("1: neither kept nor a conflict: " + key + " " + value);
                }
            }
        });
        for (double value : acknowledgedTimeless) {
            if (!anywhere.contains(value)) {
                violations.add("1: acknowledged without a timestamp, but lost: " + value);
            }
        }
        stored.rows()
                .forEach((key, value) -> {
                    boolean sent =
                            everSent.getOrDefault(key, Set.of()).contains(value)
                                    || everSentTimeless.contains(value);
                    if (!sent) {
                        violations.add("never sent: " + key + " " + value);
                    }
                });
        statistics(pipeline, stored);
        rollups(pipeline);
        byHand.check(pipeline.manualCommands(), nowMicros, violations);
        devices(pipeline, stored);
    }

    /// Reads all rows; two of one key break invariant 2.
    private Stored readings(Pipeline pipeline) throws Exception {
        Map<Key, Double> rows = new HashMap<>();
        Map<SeriesKey, List<Double>> bySeries = new HashMap<>();
        for (List<String> row :
                query(
                        pipeline,
                        "SELECT sensor, metric, epoch_us(timestamp), value FROM readings")) {
            Key key = new Key(row.get(0), row.get(1), Long.parseLong(row.get(2)));
            double value = Double.parseDouble(row.get(3));
            if (rows.put(key, value) != null) {
                violations.add("2: two rows of " + key);
            }
            bySeries.computeIfAbsent(
                            new SeriesKey(key.sensor(), key.metric()), _ -> new ArrayList<>())
                    .add(value);
        }
        return new Stored(rows, bySeries);
    }

    private Map<Key, Set<Double>> conflicts(Pipeline pipeline) throws Exception {
        Map<Key, Set<Double>> found = new HashMap<>();
        for (List<String> row :
                query(
                        pipeline,
                        "SELECT sensor, metric, epoch_us(timestamp), value FROM conflicts")) {
            Key key = new Key(row.get(0), row.get(1), Long.parseLong(row.get(2)));
            found.computeIfAbsent(key, _ -> new HashSet<>()).add(Double.parseDouble(row.get(3)));
        }
        return found;
    }

    private void statistics(Pipeline pipeline, Stored stored) {
        Map<SeriesKey, SeriesSummary> summaries = new HashMap<>();
        for (SeriesSummary each : pipeline.fold().series().summaries()) {
            summaries.put(new SeriesKey(each.sensor(), each.metric()), each);
        }
        if (!summaries.keySet().equals(stored.bySeries().keySet())) {
            violations.add("3: series differ: " + summaries.keySet());
            return;
        }
        stored.bySeries()
                .forEach((key, values) -> {
                    SeriesSummary summary = summaries.get(key);
                    double max = values.stream().mapToDouble(x -> x).max().orElse(0);
                    double min = values.stream().mapToDouble(x -> x).min().orElse(0);
                    double mean = values.stream().mapToDouble(x -> x).sum() / values.size();
                    double variance =
                            values.stream().mapToDouble(x -> (x - mean) * (x - mean)).sum()
                                    / values.size();
                    double scale = Math.max(Math.abs(max), Math.abs(min));
                    if (summary == null
                            || summary.count() != values.size()
                            || summary.max() != max
                            || summary.min() != min
                            || Math.abs(summary.mean() - mean) > 1e-9 * scale
                            || Math.abs(summary.variance() - variance) > 1e-9 * scale * scale) {
                        violations.add(
                                "3: statistics of "
                                        + key
                                        + ": "
                                        + summary
                                        + " but rows give "
                                        + values.size()
                                        + " "
                                        + mean);
                    }
                });
    }

    private void rollups(Pipeline pipeline) throws Exception {
        List<List<String>> wrong =
                query(
                        pipeline,
                        """
                        WITH again AS (
                          SELECT sensor, metric, time_bucket(INTERVAL 15 MINUTE, timestamp) AS w,
                                 count(*) AS n, avg(value) AS mean, min(value) AS low, max(value) AS high
                          FROM readings GROUP BY ALL),
                        kept AS (SELECT * FROM rollups WHERE "interval" = '15m')
                        SELECT coalesce(a.sensor, k.sensor), a.n, k.count FROM again a
                        FULL OUTER JOIN kept k
                          ON a.sensor = k.sensor AND a.metric = k.metric AND a.w = k.window_start
                        WHERE a.n IS DISTINCT FROM k.count OR a.low IS DISTINCT FROM k.min
                          OR a.high IS DISTINCT FROM k.max
                          OR abs(a.mean - k.mean) > 1e-9 * greatest(abs(a.low), abs(a.high))
                        """);
        if (!wrong.isEmpty()) {
            violations.add("4: rollups differ from readings: " + wrong);
        }
    }

    private void devices(Pipeline pipeline, Stored stored) {
        for (int i = 0; i < 3; i++) {
            String sensor = "s" + i;
            List<Double> values = stored.bySeries().get(new SeriesKey(sensor, "temperature"));
            if (values == null) {
                continue;
            }
            double mean = values.stream().mapToDouble(x -> x).sum() / values.size();
            if (Math.abs(mean - 25) < 1e-9) {
                continue;
            }
            Optional<Command> newest = pipeline.commands().newest(sensor);
            boolean on = newest.map(command -> command.fields().turnOn()).orElse(false);
            Optional<ActiveOverride> held = pipeline.manualCommands().active(sensor);
            if (on != held.map(ActiveOverride::turnOn).orElse(mean > 25)) {
                violations.add(
                        "5: device "
                                + sensor
                                + " is "
                                + on
                                + " at an average of "
                                + mean
                                + ", "
                                + held);
            }
        }
    }

    private static List<List<String>> query(Pipeline pipeline, String sql) throws Exception {
        List<List<String>> rows = new ArrayList<>();
        try (QueryResult result = pipeline.lake().query(sql, QueryLimits.defaults())) {
            int columns = result.columns().size();
            while (result.next()) {
                List<String> row = new ArrayList<>(columns);
                for (int i = 0; i < columns; i++) {
                    row.add(String.valueOf(result.value(i)));
                }
                rows.add(row);
            }
        }
        return rows;
    }
}
