package io.riacho.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.riacho.disk.DiskFullException;
import io.riacho.simulation.DiskThatLosesUnsyncedWrites;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Failures of the disk under a journal: a full one is waited out, a failed sync is the end.
class JournalFailureTest {

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
    void aFullDiskRefusesTheSegmentBeforeAnythingIsWrittenAndRecoversByItself() throws IOException {
        long appended = 0;
        try (Journal journal = Journal.open(disk, directory, OPTIONS)) {
            disk.fillUpAfter(4000);
            for (int i = 0; i < 2; i++) {
                journal.append(ByteBuffer.allocate(1900), 1);
                appended++;
            }
            for (int i = 0; i < 3; i++) {
                assertThatThrownBy(() -> journal.append(ByteBuffer.allocate(1900), 1))
                        .isInstanceOf(DiskFullException.class);
                assertThat(journal.nextPosition()).isEqualTo(appended);
                assertThat(journal.durablePosition())
                        .as("what was there is safe")
                        .isEqualTo(appended);
            }
            assertThat(disk.list(directory)).as("nothing is left behind").hasSize(1);
            assertThat(disk.freeBytes(directory)).isEqualTo(4000);
            // A small entry still has room in the old segment.
            assertThat(journal.append(ByteBuffer.allocate(8), 1)).isEqualTo(appended++);
            disk.makeRoom();
            assertThat(journal.append(ByteBuffer.allocate(1900), 1)).isEqualTo(appended++);
        }
        try (Journal journal = Journal.open(disk, directory, OPTIONS)) {
            assertThat(journal.nextPosition()).isEqualTo(appended);
        }
    }

    @Test
    void afterAFailedSyncNothingIsTakenAndWhatWasNotConfirmedIsWrittenAgainAtTheNextStart()
            throws IOException {
        // Over many crashes, since each may save by chance what nobody wrote again.
        for (int run = 0; run < 50; run++) {
            Journal failing = Journal.open(disk, directory, OPTIONS);
            long before = failing.nextPosition();
            byte[] payload = new byte[500];
            Arrays.fill(payload, (byte) 7);
            failing.append(ByteBuffer.wrap(payload), 1);
            disk.failNextSync();
            assertThatThrownBy(failing::sync).isInstanceOf(IOException.class);
            assertThat(failing.durablePosition()).isEqualTo(before);
            assertThatThrownBy(failing::sync).isInstanceOf(JournalFailedException.class);
            assertThatThrownBy(() -> failing.append(ByteBuffer.wrap(payload), 1))
                    .isInstanceOf(JournalFailedException.class);
            assertThatThrownBy(() -> failing.replay(0, (_, _, _) -> {}))
                    .isInstanceOf(JournalFailedException.class);
            assertThatThrownBy(() -> failing.deleteBefore(0))
                    .isInstanceOf(JournalFailedException.class);
            failing.close();
            disk.killProcess();
            // The page cache still has it, so the new process finds it, and promises it.
            Journal journal = Journal.open(disk, directory, OPTIONS);
            assertThat(journal.durablePosition()).isEqualTo(before + 1);
            disk.crash(new SplittableRandom(run));
            try (Journal again = Journal.open(disk, directory, OPTIONS)) {
                assertThat(again.nextPosition()).as("run %d", run).isEqualTo(before + 1);
                again.deleteBefore(before);
            }
        }
    }

    @Test
    void aWriteThatFailsPartWayIsWrittenOver() throws IOException {
        // On a copy-on-write file system reserved room can run out; here it was never reserved.
        Journal.open(disk, directory, OPTIONS).close();
        Path segment = Segment.path(directory, 0);
        try (Journal journal = Journal.open(disk, directory, OPTIONS)) {
            journal.append(ByteBuffer.wrap(new byte[] {1}), 1);
            journal.sync();
            try (var file = disk.open(segment)) {
                file.truncate(4096 + 128);
            }
            disk.fillUpAfter(500);
            byte[] large = new byte[1900];
            Arrays.fill(large, (byte) 9);
            assertThatThrownBy(() -> journal.append(ByteBuffer.wrap(large), 1))
                    .isInstanceOf(DiskFullException.class);
            assertThat(journal.append(ByteBuffer.wrap(new byte[] {2}), 1)).isEqualTo(1);
            journal.sync();
        }
        disk.makeRoom();
        try (Journal journal = Journal.open(disk, directory, OPTIONS)) {
            assertThat(journal.nextPosition()).isEqualTo(2);
            journal.replay(
                    0,
                    (base, _, payload) -> assertThat(payload.get()).isEqualTo((byte) (base + 1)));
        }
        byte[] bytes = Files.readAllBytes(segment);
        // Two entries of 64 bytes; the file's last bytes, less than a header, are never used.
        assertThat(Arrays.copyOfRange(bytes, 4096 + 2 * 64 + 32, bytes.length / 32 * 32))
                .as("the residue is gone")
                .containsOnly(0);
    }

    @Test
    void segmentsArePreparedByAnotherThreadWhileThisOneAppends()
            throws IOException, InterruptedException, ExecutionException {
        try (ExecutorService background = Executors.newSingleThreadExecutor();
                Journal journal = Journal.open(disk, directory, OPTIONS)) {
            for (int round = 0; round < 50; round++) {
                Future<?> prepared =
                        background.submit(() -> {
                            journal.prepareNext();
                            return null;
                        });
                for (int i = 0; i < 10; i++) {
                    journal.append(ByteBuffer.allocate(1000), 1);
                }
                prepared.get();
            }
        }
        try (Journal journal = Journal.open(disk, directory, OPTIONS)) {
            assertThat(journal.nextPosition()).isEqualTo(500);
            assertThat(disk.list(directory)).noneMatch(path -> path.toString().endsWith(".tmp"));
        }
    }
}
