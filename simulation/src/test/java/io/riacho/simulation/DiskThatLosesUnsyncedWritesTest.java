package io.riacho.simulation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.riacho.disk.DiskFile;
import io.riacho.disk.DiskFullException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The promises of the fake disk: it neither loses what it must keep nor keeps all that it may
/// lose.
class DiskThatLosesUnsyncedWritesTest {

    private static final int TRIALS = 200;

    @TempDir private Path temporary;
    private Path root;
    private DiskThatLosesUnsyncedWrites disk;

    @BeforeEach
    void start() throws IOException {
        root = Files.createDirectories(temporary.resolve("disk"));
        disk = new DiskThatLosesUnsyncedWrites(root);
    }

    @AfterEach
    void stop() throws IOException {
        disk.close();
    }

    static List<Seed> seeds() {
        return Seed.several(2);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void anUnsyncedOverwriteOfASectorIsThereOrNotAndNothingBetween(Seed seed) {
        seed.run(random -> {
            Set<String> seen = new HashSet<>();
            for (int i = 0; i < TRIALS; i++) {
                durableFile("file", "old");
                try (DiskFile file = disk.open(root.resolve("file"))) {
                    file.write(bytes("new"), 0);
                }
                disk.crash(random);
                seen.add(content("file"));
            }
            assertThat(seen).containsExactlyInAnyOrder("old", "new");
        });
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void laterWritesMaySurviveEarlierOnesAndLargeOnesMayTear(Seed seed) {
        seed.run(random -> {
            Set<String> seen = new HashSet<>();
            // The rarest outcome comes about twice in a hundred trials.
            for (int i = 0; i < 10 * TRIALS; i++) {
                durableFile("file", ".".repeat(4 * 512));
                try (DiskFile file = disk.open(root.resolve("file"))) {
                    file.write(bytes("a".repeat(512)), 0);
                    file.write(bytes("b".repeat(1024)), 1024);
                }
                disk.crash(random);
                String content = content("file");
                assertThat(content).hasSize(4 * 512);
                StringBuilder sectors = new StringBuilder();
                for (int at = 0; at < content.length(); at += 512) {
                    String sector = content.substring(at, at + 512);
                    assertThat(sector.chars().distinct().count()).isEqualTo(1);
                    sectors.append(sector.charAt(0));
                }
                seen.add(sectors.toString());
            }
            assertThat(seen)
                    .containsExactlyInAnyOrder(
                            "....", "a...", "..bb", "a.bb", "..b.", "...b", "a.b.", "a..b");
        });
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void growthThatWasNotSyncedMayBeLostOrReadAsZeros(Seed seed) {
        seed.run(random -> {
            Set<String> seen = new HashSet<>();
            for (int i = 0; i < TRIALS; i++) {
                durableFile("file", "old");
                try (DiskFile file = disk.open(root.resolve("file"))) {
                    file.write(bytes("new"), 512);
                    file.allocate(2048);
                }
                disk.crash(random);
                String content = content("file");
                assertThat(content).startsWith("old");
                seen.add(
                        content.length() == 3
                                ? "short"
                                : content.length() < 515
                                        ? "torn"
                                        : content.startsWith("new", 512) ? "new" : "zeros");
            }
            assertThat(seen).contains("short", "new", "zeros");
        });
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aRenameWithoutTheDirectorysSyncIsSometimesUndone(Seed seed) {
        seed.run(random -> {
            Set<String> seen = new HashSet<>();
            for (int i = 0; i < TRIALS; i++) {
                durableFile("file", "old");
                try (DiskFile file = disk.open(root.resolve("file.tmp"))) {
                    file.write(bytes("new"), 0);
                    file.sync();
                }
                disk.rename(root.resolve("file.tmp"), root.resolve("file"));
                boolean synced = random.nextBoolean();
                if (synced) {
                    disk.syncDirectory(root);
                }
                disk.crash(random);
                seen.add(synced + " " + content("file"));
                disk.delete(root.resolve("file.tmp"));
            }
            assertThat(seen).containsExactlyInAnyOrder("true new", "false new", "false old");
        });
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aDeletionWithoutTheDirectorysSyncIsSometimesUndoneWithItsContent(Seed seed) {
        seed.run(random -> {
            Set<String> seen = new HashSet<>();
            for (int i = 0; i < TRIALS; i++) {
                durableFile("file", "old");
                disk.delete(root.resolve("file"));
                assertThat(disk.exists(root.resolve("file"))).isFalse();
                disk.crash(random);
                seen.add(disk.exists(root.resolve("file")) ? content("file") : "gone");
            }
            assertThat(seen).containsExactlyInAnyOrder("old", "gone");
        });
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aFileOfSomeoneElseIsDurableOnceItAndItsDirectoryWereSynced(Seed seed) {
        seed.run(random -> {
            String whole = "x".repeat(1500);
            Set<String> seen = new HashSet<>();
            for (int i = 0; i < TRIALS; i++) {
                Files.writeString(root.resolve("theirs"), whole);
                boolean synced = random.nextBoolean();
                if (synced) {
                    try (DiskFile file = disk.open(root.resolve("theirs"))) {
                        file.sync();
                    }
                    disk.syncDirectory(root);
                }
                disk.crash(random);
                String found =
                        !disk.exists(root.resolve("theirs"))
                                ? "gone"
                                : content("theirs").equals(whole)
                                        ? "whole"
                                        : content("theirs").isEmpty() ? "empty" : "partial";
                seen.add(synced + " " + found);
                disk.delete(root.resolve("theirs"));
                disk.syncDirectory(root);
            }
            assertThat(seen)
                    .containsExactlyInAnyOrder(
                            "true whole",
                            "false whole",
                            "false partial",
                            "false empty",
                            "false gone");
        });
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void afterAFailedSyncItsWritesCanBeReadButLaterSyncsDoNotSaveThem(Seed seed) {
        seed.run(random -> {
            Set<String> seen = new HashSet<>();
            for (int i = 0; i < TRIALS; i++) {
                durableFile("file", "old");
                boolean again = random.nextBoolean();
                try (DiskFile file = disk.open(root.resolve("file"))) {
                    file.write(bytes("new"), 0);
                    disk.failNextSync();
                    assertThatThrownBy(file::sync).isInstanceOf(IOException.class);
                    if (again) {
                        file.write(bytes("new"), 0);
                    }
                    file.sync();
                }
                assertThat(content("file")).isEqualTo("new");
                disk.crash(random);
                seen.add(again + " " + content("file"));
            }
            assertThat(seen).containsExactlyInAnyOrder("true new", "false old", "false new");
        });
    }

    /// Random operations against a map of what was synced: none of that may be missing.
    @ParameterizedTest
    @MethodSource("seeds")
    void whatWasSyncedSurvivesWhateverElseHappens(Seed seed) {
        seed.run(random -> {
            Map<String, byte[]> promised = new HashMap<>();
            for (int life = 0; life < 60; life++) {
                live(random, promised);
                disk.crash(random);
                for (Map.Entry<String, byte[]> each : promised.entrySet()) {
                    assertThat(Files.readAllBytes(root.resolve(each.getKey())))
                            .as("%s in life %d", each.getKey(), life)
                            .isEqualTo(each.getValue());
                }
            }
        });
    }

    /// Files named s… are always synced with their directory, and so promised; those named u… never
    /// are, and lie in the same directory.
    private void live(SplittableRandom random, Map<String, byte[]> promised) throws IOException {
        if (random.nextBoolean()) {
            disk.crashAfter(random.nextInt(1, 80));
        }
        Map<String, byte[]> before = new HashMap<>();
        String touched = "";
        try {
            for (int i = 0; i < 25; i++) {
                String name = "s" + random.nextInt(4);
                Path path = root.resolve(name);
                touched = name;
                before.clear();
                before.putAll(promised);
                promised.remove(name);
                switch (random.nextInt(4)) {
                    case 0 -> {
                        Path temporaryPath = root.resolve(name + ".tmp");
                        byte[] content = write(temporaryPath, random);
                        disk.rename(temporaryPath, path);
                        disk.syncDirectory(root);
                        promised.put(name, content);
                    }
                    case 1 -> {
                        byte[] content = write(path, random);
                        disk.syncDirectory(root);
                        promised.put(name, content);
                    }
                    case 2 -> {
                        disk.delete(path);
                        disk.syncDirectory(root);
                        assertThat(disk.exists(path)).isFalse();
                    }
                    default -> {
                        promised.clear();
                        promised.putAll(before);
                        try (DiskFile file = disk.open(root.resolve("u" + random.nextInt(3)))) {
                            file.write(random(random, 3000), random.nextInt(3000));
                            file.truncate(random.nextInt(6000));
                        }
                        disk.rename(root.resolve("u0"), root.resolve("u1"));
                    }
                }
            }
        } catch (CrashedException _) {
            promised.remove(touched);
        } catch (NoSuchFileException _) {
            // there was no u0 to rename
        }
    }

    private byte[] write(Path path, SplittableRandom random) throws IOException {
        try (DiskFile file = disk.open(path)) {
            file.allocate(random.nextInt(1, 2000));
            for (int i = 0; i < 3; i++) {
                file.write(random(random, 2500), random.nextInt(2000));
            }
            file.truncate(random.nextInt(1, 4000));
            byte[] content = Files.readAllBytes(path);
            file.sync();
            return content;
        }
    }

    @Test
    void thePowerGoesOffAtTheOperationThatWasNamedAndStaysOff() throws IOException {
        DiskFile file = disk.open(root.resolve("file"));
        disk.crashAfter(2);
        file.write(bytes("first"), 0);
        assertThatThrownBy(() -> file.write(bytes("second"), 0))
                .isInstanceOf(CrashedException.class);
        assertThatThrownBy(() -> disk.list(root)).isInstanceOf(CrashedException.class);
        assertThat(disk.isCrashed()).isTrue();
        disk.crash(new SplittableRandom(1));
        assertThat(disk.list(root)).hasSizeLessThanOrEqualTo(1);
        assertThatThrownBy(file::sync)
                .as("a file of the life before")
                .isInstanceOf(CrashedException.class);
    }

    @Test
    void aKilledProcessLosesNothingAndMakesNothingDurable() throws IOException {
        Set<String> seen = new HashSet<>();
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 100; i++) {
            durableFile("file", "old");
            disk.open(root.resolve("file")).write(bytes("new"), 0);
            disk.killProcess();
            assertThat(content("file")).isEqualTo("new");
            disk.crash(random);
            seen.add(content("file"));
        }
        assertThat(seen).containsExactlyInAnyOrder("old", "new");
    }

    @Test
    void aFullDiskTakesWhatFitsAndSaysSoUntilThereIsRoom() throws IOException {
        durableFile("old", "x".repeat(100));
        try (DiskFile file = disk.open(root.resolve("file"))) {
            disk.fillUpAfter(10);
            assertThat(disk.freeBytes(root)).isEqualTo(10);
            ByteBuffer source = bytes("0123456789abcdef");
            assertThatThrownBy(() -> file.write(source, 0)).isInstanceOf(DiskFullException.class);
            assertThat(content("file")).isEqualTo("0123456789");
            file.write(bytes("9876543210"), 0);
            assertThatThrownBy(() -> file.allocate(11)).isInstanceOf(DiskFullException.class);
            disk.delete(root.resolve("old"));
            assertThat(disk.freeBytes(root)).isEqualTo(100);
            file.allocate(110);
            assertThatThrownBy(() -> file.write(bytes("x"), 110))
                    .isInstanceOf(DiskFullException.class);
            disk.makeRoom();
            file.write(bytes("x"), 110);
        }
    }

    @Test
    void aFlippedBitIsReadAndStays() throws IOException {
        durableFile("file", "abc");
        disk.flipBit(root.resolve("file"), 1, 0);
        disk.crash(new SplittableRandom(1));
        assertThat(content("file")).isEqualTo("acc");
    }

    @Test
    void whatIsThereAtTheStartIsDurable() throws IOException {
        Files.writeString(root.resolve("earlier"), "kept");
        disk.close();
        disk = new DiskThatLosesUnsyncedWrites(root);
        disk.crash(new SplittableRandom(3));
        assertThat(content("earlier")).isEqualTo("kept");
    }

    private void durableFile(String name, String content) throws IOException {
        try (DiskFile file = disk.open(root.resolve(name))) {
            file.truncate(0);
            file.write(bytes(content), 0);
            file.sync();
        }
        disk.syncDirectory(root);
    }

    private String content(String name) throws IOException {
        return Files.readString(root.resolve(name), ISO_8859_1);
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }

    private static ByteBuffer random(SplittableRandom random, int bytesMax) {
        byte[] bytes = new byte[random.nextInt(1, bytesMax)];
        random.nextBytes(bytes);
        Arrays.fill(bytes, 0, Math.min(bytes.length, 64), (byte) 1);
        return ByteBuffer.wrap(bytes);
    }
}
