package io.riacho.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.riacho.disk.DiskFullException;
import io.riacho.simulation.CrashedException;
import io.riacho.simulation.DiskThatLosesUnsyncedWrites;
import io.riacho.simulation.Seed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The content of the lake after a crash at any operation of a seal, a compaction or a retention,
/// on a disk that keeps of unsynced writes what chance lets it keep.
class LakeCrashTest {

    private static final long NOW = 1_767_225_600_000_000L; // 2026-01-01T00:00:00Z
    private static final long DAY = Interval.DAY_MICROS;
    private static final LakeOptions OPTIONS =
            LakeOptions.defaults().withIntervals(List.of(Interval.parse("1d")));

    @TempDir Path directory;

    static List<Seed> seeds() {
        return Seed.several(12);
    }

    /// Several lives of one lake, each ended by a power failure in the middle of something.
    @ParameterizedTest
    @MethodSource("seeds")
    void afterACrashTheLakeHoldsWhatItSaysExactly(Seed seed) throws Exception {
        Path root = Files.createDirectories(directory.resolve("disk"));
        try (DiskThatLosesUnsyncedWrites disk = new DiskThatLosesUnsyncedWrites(root)) {
            seed.run(random -> {
                Scenario scenario = new Scenario(disk, root.resolve("lake"), random);
                for (int life = 0; life < 5; life++) {
                    scenario.live();
                }
                assertThat(scenario.crashes).isEqualTo(5);
                assertThat(scenario.naive.rows()).isNotEmpty();
            });
        }
    }

    /// The process is killed at each operation of a compaction's commit, another one opens the lake, and the
    /// power goes off then: it has trusted names that only the page cache knew, and deleted by them.
    @Test
    void whatARestartTrustsSurvivesThePower() throws Exception {
        boolean survived = false;
        for (int operation = 1; !survived; operation++) {
            Path root = Files.createDirectories(directory.resolve("disk-" + operation));
            Path lakeDirectory = root.resolve("lake");
            NaiveLake naive = new NaiveLake();
            try (DiskThatLosesUnsyncedWrites disk = new DiskThatLosesUnsyncedWrites(root)) {
                try (Lake lake = Lake.open(disk, lakeDirectory, OPTIONS)) {
                    fill(lake, naive, 1, 3);
                    lake.seal(lake.freeze(3));
                    fill(lake, naive, 4, 5);
                    lake.seal(lake.freeze(5));
                    disk.crashAfter(operation);
                    lake.compact(NOW + 2 * DAY);
                    survived = true;
                } catch (CrashedException e) {
                    // Killed.
                }
                disk.killProcess();
                try (Lake lake = Lake.open(disk, lakeDirectory, OPTIONS)) {
                    Queried.assertSameReadings(lake, naive);
                }
                // Of what was not synced, the first two changes (the manifest written, and renamed)
                // are undone and
                // the later ones stay: what the new manifest does not name is gone.
                Iterator<Long> numbers =
                        LongStream.concat(
                                        LongStream.of(Long.MAX_VALUE, -1, -1),
                                        LongStream.generate(() -> 0))
                                .iterator();
                disk.crash(numbers::next);
                try (Lake lake = Lake.open(disk, lakeDirectory, OPTIONS)) {
                    Queried.assertSameReadings(lake, naive);
                }
            }
        }
    }

    private static final class Scenario {

        private final DiskThatLosesUnsyncedWrites disk;
        private final Path lakeDirectory;
        private final SplittableRandom random;
        private final NaiveLake naive = new NaiveLake();
        private final Set<Long> removedForSure = new HashSet<>();
        private final Set<Long> perhapsRemoved = new HashSet<>();
        private long position;
        private long sealedForSure = -1;
        private long sealInFlight = -1;
        private int crashes;

        Scenario(DiskThatLosesUnsyncedWrites disk, Path lakeDirectory, SplittableRandom random) {
            this.disk = disk;
            this.lakeDirectory = lakeDirectory;
            this.random = random;
        }

        void live() throws Exception {
            try (Lake lake = Lake.open(disk, lakeDirectory, OPTIONS)) {
                check(lake);
                // One seal has returned in every life, so there is always something to lose.
                step(lake);
                disk.crashAfter(1 + random.nextInt(250));
                while (true) {
                    step(lake);
                }
            } catch (CrashedException e) {
                crashes++;
            }
            if (random.nextBoolean()) {
                // The process dies, another starts, and the power goes off a little later: what the
                // first had not synced, and the second trusted, may be gone.
                disk.killProcess();
                disk.crashAfter(1 + random.nextInt(20));
                try (Lake lake = Lake.open(disk, lakeDirectory, OPTIONS)) {
                    check(lake);
                    disk.powerOff();
                } catch (CrashedException e) {
                    // While it started.
                }
            }
            disk.crash(random);
        }

        private void step(Lake lake) throws IOException {
            append(lake, 1 + random.nextInt(40));
            sealInFlight = position;
            lake.seal(lake.freeze(position));
            sealedForSure = position;
            if (random.nextInt(3) == 0) {
                lake.compact(NOW + random.nextLong(4 * DAY));
            }
            if (random.nextInt(4) == 0) {
                long now = NOW + random.nextLong(2 * DAY);
                List<Long> days = new ArrayList<>();
                for (long day = NOW / DAY; (day + 1) * DAY <= now; day++) {
                    days.add(day);
                }
                perhapsRemoved.addAll(days);
                lake.retain(new Retention(0, Long.MAX_VALUE), now);
                // Equality is not older: the day that ended this very moment stays.
                if (now % DAY != 0) {
                    removedForSure.addAll(days);
                }
            }
        }

        /// Readings older than retention keeps are refused at the doors, so none come here.
        private void append(Lake lake, int rows) {
            for (int i = 0; i < rows; i++) {
                // Few hours, so that a seal takes few operations and a crash hits them all.
                long at = NOW + random.nextInt(3) * DAY + random.nextLong(Interval.HOUR_MICROS);
                while (perhapsRemoved.contains(at / DAY)) {
                    at += DAY;
                }
                NaiveLake.Row row =
                        new NaiveLake.Row(
                                ++position,
                                "s" + random.nextInt(3),
                                "temperature",
                                at,
                                random.nextDouble(-50, 50),
                                "C",
                                "tcp",
                                at);
                naive.add(row);
                naive.appendTo(lake, row);
            }
        }

        private void check(Lake lake) throws Exception {
            assertThat(lake.sealedPosition()).isIn(sealedForSure, sealInFlight);
            sealedForSure = lake.sealedPosition();
            for (NaiveLake.Row row : naive.rows()) {
                naive.appendTo(lake, row);
            }
            NaiveLake expected = new NaiveLake();
            Set<Long> present = new HashSet<>();
            for (List<@Nullable Object> row :
                    Queried.rows(
                            lake,
                            "SELECT DISTINCT epoch_us(timestamp) // " + DAY + " FROM readings")) {
                present.add((Long) row.getFirst());
            }
            for (NaiveLake.Row row : naive.rows()) {
                long day = row.timestampMicros() / DAY;
                // A retention in flight took all of its days or none of one.
                boolean gone =
                        removedForSure.contains(day)
                                || (perhapsRemoved.contains(day) && !present.contains(day));
                if (!gone) {
                    expected.add(row);
                }
            }
            Queried.assertSameReadings(lake, expected);
            Queried.assertSameRollups(lake, expected, OPTIONS.intervals());
            Queried.assertSameSeries(lake, naive);
        }
    }

    @Test
    void aFullDiskLeavesEverythingAsItWasAndASecondTryWorks() throws Exception {
        Path root = Files.createDirectories(directory.resolve("disk"));
        NaiveLake naive = new NaiveLake();
        try (DiskThatLosesUnsyncedWrites disk = new DiskThatLosesUnsyncedWrites(root);
                Lake lake = Lake.open(disk, root.resolve("lake"), OPTIONS)) {
            fill(lake, naive, 1, 100);
            FrozenBlock frozen = lake.freeze(100);
            fill(lake, naive, 101, 120);
            disk.fillUpAfter(0);
            assertThatThrownBy(() -> lake.seal(frozen)).isInstanceOf(DiskFullException.class);
            assertThat(lake.sealedPosition()).isEqualTo(-1);
            Queried.assertSameReadings(lake, naive);
            disk.makeRoom();
            disk.failNextSync();
            assertThatThrownBy(() -> lake.seal(frozen)).isInstanceOf(IOException.class);
            assertThat(lake.sealedPosition()).isEqualTo(-1);
            assertThat(parquetFiles(root)).isEmpty();
            lake.seal(frozen);
            assertThat(lake.sealedPosition()).isEqualTo(100);
            Queried.assertSameReadings(lake, naive);
            Queried.assertSameSeries(lake, naive);
        }
    }

    @Test
    void aMissingOrCutFileRefusesToOpen() throws Exception {
        Path root = Files.createDirectories(directory.resolve("disk"));
        try (DiskThatLosesUnsyncedWrites disk = new DiskThatLosesUnsyncedWrites(root)) {
            Path lakeDirectory = root.resolve("lake");
            try (Lake lake = Lake.open(disk, lakeDirectory, OPTIONS)) {
                fill(lake, new NaiveLake(), 1, 10);
                lake.seal(lake.freeze(10));
            }
            Path file = parquetFiles(root).getFirst();
            byte[] bytes = Files.readAllBytes(file);
            Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length - 1));
            assertThatThrownBy(() -> Lake.open(disk, lakeDirectory, OPTIONS))
                    .isInstanceOf(LakeDamagedException.class)
                    .hasMessageContaining(file.toString());
            Files.delete(file);
            assertThatThrownBy(() -> Lake.open(disk, lakeDirectory, OPTIONS))
                    .isInstanceOf(LakeDamagedException.class)
                    .hasMessageContaining("missing");
            Files.write(file, bytes);
            Lake.open(disk, lakeDirectory, OPTIONS).close();
            disk.flipBit(lakeDirectory.resolve(Manifest.NAME), 20, 3);
            assertThatThrownBy(() -> Lake.open(disk, lakeDirectory, OPTIONS))
                    .isInstanceOf(LakeDamagedException.class)
                    .hasMessageContaining("checksum");
            disk.delete(lakeDirectory.resolve(Manifest.NAME));
            assertThatThrownBy(() -> Lake.open(disk, lakeDirectory, OPTIONS))
                    .isInstanceOf(LakeDamagedException.class)
                    .hasMessageContaining("no manifest");
            assertThat(Files.readAllBytes(file)).isEqualTo(bytes);
        }
    }

    @Test
    void aFlippedByteOfAFileIsFoundByItsChecksum() throws Exception {
        Path root = Files.createDirectories(directory.resolve("disk"));
        try (DiskThatLosesUnsyncedWrites disk = new DiskThatLosesUnsyncedWrites(root)) {
            Path lakeDirectory = root.resolve("lake");
            try (Lake lake = Lake.open(disk, lakeDirectory, OPTIONS)) {
                fill(lake, new NaiveLake(), 1, 10);
                lake.seal(lake.freeze(10));
            }
            Verification whole = Lake.verify(disk, lakeDirectory);
            assertThat(whole.damaged()).isEmpty();
            assertThat(whole.unknown()).isZero();
            List<Path> files = parquetFiles(root);
            assertThat(whole.files()).isEqualTo(files.size());
            for (Path file : files) {
                disk.flipBit(file, Files.size(file) / 2, 3);
                assertThat(Lake.verify(disk, lakeDirectory).damaged())
                        .singleElement()
                        .asString()
                        .contains(file.toString(), "checksum");
                disk.flipBit(file, Files.size(file) / 2, 3);
            }
            Files.delete(files.getFirst());
            assertThat(Lake.verify(disk, lakeDirectory).damaged())
                    .singleElement()
                    .asString()
                    .contains(files.getFirst() + " is missing");
        }
    }

    private static List<Path> parquetFiles(Path root) throws IOException {
        try (var files = Files.walk(root)) {
            return files.filter(path -> path.toString().endsWith(".parquet")).sorted().toList();
        }
    }

    private static void fill(Lake lake, NaiveLake naive, long from, long to) {
        for (long position = from; position <= to; position++) {
            NaiveLake.Row row =
                    new NaiveLake.Row(
                            position,
                            "s",
                            "temperature",
                            NOW + position,
                            position,
                            "C",
                            "tcp",
                            NOW);
            naive.add(row);
            naive.appendTo(lake, row);
        }
    }
}
