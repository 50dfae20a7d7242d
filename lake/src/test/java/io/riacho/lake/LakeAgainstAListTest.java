package io.riacho.lake;

import static org.assertj.core.api.Assertions.assertThat;

import io.riacho.disk.RealDisk;
import io.riacho.simulation.Seed;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Random rows, seals, compactions, restarts and queries, beside a plain list of the rows.
class LakeAgainstAListTest {

    private static final long NOW = 1_767_225_600_000_000L; // 2026-01-01T00:00:00Z
    private static final long DAY = Interval.DAY_MICROS;

    @TempDir Path directory;

    @BeforeEach
    void print() {
        System.out.println(seed);
    }

    private final Seed seed = Seed.random();
    private final SplittableRandom random = seed.generator();
    private final LakeOptions options =
            LakeOptions.defaults()
                    .withIntervals(List.of(Interval.parse("15m"), Interval.parse("1d")));
    private final NaiveLake naive = new NaiveLake();
    private final Set<ReadingKey> used = new HashSet<>();
    private long position;

    @Test
    void queriesSeeEveryRowOnceWhateverIsSealed() throws Exception {
        Lake lake = Lake.open(new RealDisk(), directory, options);
        try {
            List<NaiveLake.Row> sealed = new ArrayList<>();
            for (int step = 0; step < 14; step++) {
                int before = naive.rows().size();
                append(lake, 1 + random.nextInt(300));
                if (random.nextInt(3) == 0) {
                    Queried.assertSameReadings(lake, naive);
                }
                if (random.nextInt(3) == 0) {
                    FrozenBlock frozen = lake.freeze(position);
                    if (random.nextBoolean()) {
                        append(lake, random.nextInt(50));
                    }
                    lake.seal(frozen);
                    sealed.clear();
                    for (NaiveLake.Row row : naive.rows()) {
                        if (row.position() <= frozen.upTo()) {
                            sealed.add(row);
                        }
                    }
                    assertThat(lake.sealedPosition()).isEqualTo(frozen.upTo());
                    assertFindsExactly(lake, sealed);
                }
                if (random.nextInt(6) == 0) {
                    lake.compact(NOW + random.nextLong(3 * DAY));
                }
                if (random.nextInt(8) == 0) {
                    lake.close();
                    lake = Lake.open(new RealDisk(), directory, options);
                    // What the journal would replay, from anywhere before the seal.
                    for (NaiveLake.Row row : naive.rows()) {
                        naive.appendTo(lake, row);
                    }
                }
                assertThat(naive.rows()).hasSizeGreaterThan(before);
            }
            Queried.assertSameReadings(lake, naive);
            Queried.assertSameRollups(lake, naive, options.intervals());
            Queried.assertSameSeries(lake, naive);
            lake.seal(lake.freeze(position));
            lake.compact(NOW + 10 * DAY);
            Queried.assertSameReadings(lake, naive);
            Queried.assertSameRollups(lake, naive, options.intervals());
            Queried.assertSameSeries(lake, naive);
        } finally {
            lake.close();
        }
        try (Lake stopped = Lake.openReadOnly(new RealDisk(), directory, options)) {
            Queried.assertSameReadings(stopped, naive);
        }
    }

    @Test
    void seriesKeepTheStatisticsOfWhatRetentionRemoved() throws Exception {
        try (Lake lake = Lake.open(new RealDisk(), directory, options)) {
            for (int round = 0; round < 4; round++) {
                append(lake, 400);
                lake.seal(lake.freeze(position));
                lake.retain(
                        new Retention(random.nextLong(2 * DAY), Long.MAX_VALUE),
                        NOW + random.nextLong(2 * DAY));
                Queried.assertSameSeries(lake, naive);
            }
            int gone = lake.retain(new Retention(0, Long.MAX_VALUE), NOW + 10 * DAY);
            assertThat(gone).isPositive();
            assertThat(Queried.rows(lake, "SELECT count(*) FROM readings"))
                    .containsExactly(List.of(0L));
            assertThat(Queried.rows(lake, "SELECT count(*) FROM rollups"))
                    .containsExactly(List.of(0L));
            Queried.assertSameSeries(lake, naive);
        }
    }

    @Test
    void retentionBySizeTakesTheOldestDaysAndNeverToday() throws Exception {
        try (Lake lake = Lake.open(new RealDisk(), directory, options)) {
            for (int day = 0; day < 4; day++) {
                for (int i = 0; i < 100; i++) {
                    appendAt(lake, NOW + day * DAY + i * 1_000_000L);
                }
            }
            lake.seal(lake.freeze(position));
            assertThat(
                            lake.retain(
                                    new Retention(Long.MAX_VALUE, lake.sealedBytes() - 1),
                                    NOW + 3 * DAY))
                    .isEqualTo(1);
            assertThat(Queried.rows(lake, "SELECT min(timestamp) FROM readings"))
                    .allSatisfy(
                            row -> assertThat(Queried.micros(row.getFirst())).isEqualTo(NOW + DAY));
            assertThat(lake.retain(new Retention(Long.MAX_VALUE, 0), NOW + 3 * DAY)).isEqualTo(2);
            assertThat(Queried.rows(lake, "SELECT count(*) FROM readings"))
                    .containsExactly(List.of(100L));
            Queried.assertSameSeries(lake, naive);
        }
    }

    private void append(Lake lake, int rows) {
        for (int i = 0; i < rows; i++) {
            // Some years before 1970 too: windows must round down there as well.
            long at =
                    random.nextInt(20) == 0
                            ? -random.nextLong(3 * DAY)
                            : NOW + random.nextLong(2 * DAY);
            appendAt(lake, at);
        }
    }

    private void appendAt(Lake lake, long at) {
        NaiveLake.Row row =
                new NaiveLake.Row(
                        ++position,
                        "sensor'" + random.nextInt(6),
                        random.nextBoolean() ? "temperature" : "umidade·ção",
                        at,
                        // A small variance around a large mean, which a careless formula loses.
                        random.nextBoolean() ? 1e9 + random.nextDouble() : random.nextGaussian(),
                        random.nextInt(3) == 0 ? null : "°C",
                        random.nextBoolean() ? "tcp" : "mqtt:gateway-1",
                        at + random.nextInt(1_000_000));
        if (used.add(row.key())) {
            naive.add(row);
            naive.appendTo(lake, row);
        }
    }

    private void assertFindsExactly(Lake lake, List<NaiveLake.Row> sealed) throws Exception {
        Map<ReadingKey, Double> expected = new HashMap<>();
        List<ReadingKey> asked = new ArrayList<>();
        for (NaiveLake.Row row : sealed) {
            if (random.nextInt(3) == 0) {
                expected.put(row.key(), row.value());
                asked.add(row.key());
                asked.add(new ReadingKey(row.sensor(), row.metric(), row.timestampMicros() + 1));
                asked.add(new ReadingKey("absent", row.metric(), row.timestampMicros()));
            }
        }
        for (NaiveLake.Row row : naive.rows()) {
            if (row.position() > lake.sealedPosition()) {
                asked.add(row.key());
            }
        }
        asked.removeIf(
                key -> used.contains(key) && !expected.containsKey(key) && isSealed(key, sealed));
        assertThat(lake.find(asked)).isEqualTo(expected);
    }

    private static boolean isSealed(ReadingKey key, List<NaiveLake.Row> sealed) {
        return sealed.stream().anyMatch(row -> row.key().equals(key));
    }
}
