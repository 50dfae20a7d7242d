package io.riacho.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.riacho.simulation.DiskThatLosesUnsyncedWrites;
import io.riacho.simulation.Seed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Damage to a journal: of what had been synced it is refused, of what had not been it is cut.
class JournalDamageTest {

    private static final JournalOptions OPTIONS = new JournalOptions(8192, 2000);

    @TempDir private Path temporary;
    private Path directory;
    private DiskThatLosesUnsyncedWrites disk;

    @BeforeEach
    void start() throws IOException {
        directory = Files.createDirectories(temporary.resolve("disk")).resolve("journal");
        disk = new DiskThatLosesUnsyncedWrites(temporary.resolve("disk"));
    }

    @AfterEach
    void stop() throws IOException {
        disk.close();
    }

    @Test
    void everyBitFlipBelowTheSyncedPositionIsRefusedAndAboveItCut() {
        Seed.random()
                .run(random -> {
                    List<byte[]> payloads = new ArrayList<>();
                    Journal journal = Journal.open(disk, directory, OPTIONS);
                    while (segments().size() < 2) {
                        append(journal, payloads, random);
                    }
                    for (int i = 0; i < 5; i++) {
                        append(journal, payloads, random);
                    }
                    journal.sync();
                    int synced = payloads.size();
                    long syncedEnd = endOfEntries(Files.readAllBytes(segments().getLast()));
                    for (int i = 0; i < 5; i++) {
                        append(journal, payloads, random);
                    }
                    // Left as a killed process leaves it: written, not synced.
                    disk.killProcess();
                    List<Path> segments = segments();
                    for (Path segment : segments) {
                        boolean last = segment.equals(segments.getLast());
                        checkFlips(segment, last ? syncedEnd : -1, synced, payloads, random);
                    }
                });
    }

    private static void append(Journal journal, List<byte[]> payloads, SplittableRandom random)
            throws IOException {
        byte[] payload = new byte[random.nextInt(200)];
        random.nextBytes(payload);
        payloads.add(payload);
        journal.append(ByteBuffer.wrap(payload), 1);
    }

    /// @param syncedEnd where the synced bytes of the last segment end; -1 for an earlier one
    private void checkFlips(
            Path segment,
            long syncedEnd,
            int synced,
            List<byte[]> payloads,
            SplittableRandom random)
            throws IOException {
        byte[] whole = Files.readAllBytes(segment);
        long end = endOfEntries(whole);
        for (int at = 0; at < end; at++) {
            if (at > 64 && at < 4000 && random.nextInt(20) != 0) {
                continue; // a sample of the header's zeros
            }
            byte[] flipped = whole.clone();
            flipped[at] ^= (byte) (1 << random.nextInt(8));
            // In place: ext4 flushes a file that was cut and written anew when it is closed.
            Files.write(segment, flipped, StandardOpenOption.WRITE);
            if (syncedEnd < 0 || at < syncedEnd) {
                assertThatThrownBy(() -> Journal.open(disk, directory, OPTIONS))
                        .as("byte %d of %s", at, segment.getFileName())
                        .isInstanceOf(JournalDamagedException.class)
                        .hasMessageContaining(segment.toString());
            } else {
                try (Journal journal = Journal.open(disk, directory, OPTIONS)) {
                    assertThat(journal.nextPosition())
                            .isBetween((long) synced, (long) payloads.size() - 1);
                    journal.replay(
                            0,
                            (base, _, payload) ->
                                    assertThat(payload)
                                            .isEqualTo(ByteBuffer.wrap(payloads.get((int) base))));
                }
            }
        }
        Files.write(segment, whole);
    }

    /// Where the entries end, by the lengths in their headers alone.
    private static long endOfEntries(byte[] segment) {
        ByteBuffer bytes = ByteBuffer.wrap(segment).order(ByteOrder.LITTLE_ENDIAN);
        int at = 4096;
        while (at + 32 <= segment.length && bytes.getInt(at + 4) > 0) {
            at += 32 + (bytes.getInt(at) + 31) / 32 * 32;
        }
        return at;
    }

    @Test
    void aSyncedSectorThatReadsAsZerosIsRefused() throws IOException {
        fill(10, 1000);
        for (Path segment : segments()) {
            byte[] whole = Files.readAllBytes(segment);
            long end = endOfEntries(whole);
            for (int at = 0; at < end; at += 512) {
                byte[] zeroed = whole.clone();
                Arrays.fill(zeroed, at, at + 512, (byte) 0);
                if (Arrays.equals(zeroed, whole)) {
                    continue;
                }
                // The mark may lie in the last sector: without it nothing tells the end from a
                // crash's.
                boolean withMark = end < at + 512;
                Files.write(segment, zeroed);
                if (!withMark) {
                    assertRefused(segment);
                }
            }
            Files.write(segment, whole);
        }
    }

    @Test
    void aMissingSegmentIsRefusedUnlessItIsTheOldest() throws IOException {
        fill(20, 1000);
        List<Path> segments = segments();
        assertThat(segments).hasSizeGreaterThan(4);
        byte[] second = Files.readAllBytes(segments.get(1));
        disk.delete(segments.get(1));
        assertRefused(segments.getFirst());
        Files.write(segments.get(1), second);
        disk.delete(segments.getFirst());
        try (Journal journal = Journal.open(disk, directory, OPTIONS)) {
            assertThat(journal.firstPosition()).isEqualTo(Segment.basePosition(segments.get(1)));
        }
    }

    @Test
    void aSegmentUnderAnotherNameOrFromElsewhereIsRefused() throws IOException {
        fill(5, 1000);
        List<Path> segments = segments();
        Path misnamed = directory.resolve("7.journal");
        Files.copy(segments.getFirst(), misnamed);
        assertRefused(misnamed);
        disk.delete(misnamed);
        Path renamed = Segment.path(directory, 999);
        Files.copy(segments.getFirst(), renamed);
        assertRefused(segments.getLast());
        disk.delete(renamed);
        Journal.open(disk, directory, OPTIONS).close();
    }

    @Test
    void entriesOfAnotherSegmentAtTheSamePlaceAreNotTakenForItsOwn() throws IOException {
        fill(3, 1000);
        byte[] other = Files.readAllBytes(segments().getFirst());
        disk.delete(segments().getFirst());
        Journal.open(disk, directory, OPTIONS).close();
        Path segment = segments().getFirst();
        byte[] stale = Files.readAllBytes(segment);
        System.arraycopy(other, 4096, stale, 4096, 4096);
        Files.write(segment, stale);
        try (Journal journal = Journal.open(disk, directory, OPTIONS)) {
            assertThat(journal.nextPosition()).isEqualTo(0);
        }
    }

    @Test
    void aNewerVersionIsRefusedByItsNumber() throws IOException {
        fill(1, 10);
        Path segment = segments().getFirst();
        ByteBuffer bytes =
                ByteBuffer.wrap(Files.readAllBytes(segment)).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putInt(8, 2);
        CRC32C crc = new CRC32C();
        crc.update(bytes.array(), 0, 4092);
        bytes.putInt(4092, (int) crc.getValue());
        Files.write(segment, bytes.array());
        assertThatThrownBy(() -> Journal.open(disk, directory, OPTIONS))
                .hasMessageContaining("format version 2");
    }

    @Test
    void damageThatComesWhileItRunsIsFoundByTheReplay() throws IOException {
        try (Journal journal = Journal.open(disk, directory, OPTIONS)) {
            journal.append(ByteBuffer.allocate(100), 1);
            journal.sync();
            disk.flipBit(segments().getFirst(), 4096 + 32 + 50, 3);
            assertThatThrownBy(() -> journal.replay(0, (_, _, _) -> {}))
                    .isInstanceOf(JournalDamagedException.class);
        }
    }

    @Test
    void aSegmentThatIsTooSmallForALargerConfigurationIsReplacedOrFollowed() throws IOException {
        Journal.open(disk, directory, OPTIONS).close();
        JournalOptions larger = new JournalOptions(64 << 10, 32 << 10);
        try (Journal journal = Journal.open(disk, directory, larger)) {
            assertThat(journal.append(ByteBuffer.allocate(30_000), 1)).isEqualTo(0);
            assertThat(journal.sizeBytes()).isEqualTo(64 << 10);
        }
        try (Journal journal = Journal.open(disk, directory, OPTIONS)) {
            assertThat(journal.nextPosition()).isEqualTo(1);
        }
        assertThat(segments()).hasSize(1);
    }

    private void fill(int entries, int payloadBytes) throws IOException {
        try (Journal journal = Journal.open(disk, directory, OPTIONS)) {
            for (int i = 0; i < entries; i++) {
                byte[] payload = new byte[payloadBytes];
                Arrays.fill(payload, (byte) (i + 1));
                journal.append(ByteBuffer.wrap(payload), 1);
                journal.sync();
            }
        }
    }

    private void assertRefused(Path file) {
        assertThatThrownBy(() -> Journal.open(disk, directory, OPTIONS))
                .isInstanceOf(JournalDamagedException.class)
                .hasMessageContaining(file.toString());
    }

    private List<Path> segments() throws IOException {
        return disk.list(directory).stream()
                .filter(path -> path.toString().endsWith(".journal"))
                .toList();
    }
}
