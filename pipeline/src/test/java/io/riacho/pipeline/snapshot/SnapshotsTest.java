package io.riacho.pipeline.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.riacho.disk.RealDisk;
import io.riacho.pipeline.snapshot.Snapshots.Snapshot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A snapshot that is not as it was written is found out, whichever byte it is.
class SnapshotsTest {

    private static final byte[] OLDER = "the state at 7".getBytes(StandardCharsets.UTF_8);
    private static final byte[] NEWER = "the state at 11".getBytes(StandardCharsets.UTF_8);

    @TempDir Path directory;

    @Test
    void whicheverByteOfTheNewestIsFlippedTheOneBeforeItIsUsed() throws Exception {
        Snapshots snapshots = two();
        Path newest = file(11);
        byte[] whole = Files.readAllBytes(newest);
        for (int at = 0; at < whole.length; at++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] flipped = whole.clone();
                flipped[at] ^= (byte) (1 << bit);
                Files.write(newest, flipped);
                assertThat(snapshots.newest())
                        .as("bit %s of byte %s", bit, at)
                        .hasValueSatisfying(found -> {
                            assertThat(found.position()).isEqualTo(7);
                            assertThat(found.state()).isEqualTo(OLDER);
                        });
            }
        }
        for (int length = 0; length < whole.length; length++) {
            Files.write(newest, Arrays.copyOf(whole, length));
            assertThat(snapshots.newest()).as("%s bytes", length).isPresent();
        }
    }

    @Test
    void snapshotsThatAllHaveAnotherVersionAreRefusedWithIt() throws Exception {
        Snapshots snapshots = two();
        for (Path each : new Path[] {file(7), file(11)}) {
            byte[] bytes = Files.readAllBytes(each);
            bytes[8] = 2;
            Files.write(each, bytes);
        }
        assertThatThrownBy(snapshots::newest)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("version 2");
    }

    /// Otherwise the next two snapshots would leave one that can be read, and a journal that begins
    /// where the damaged one ends.
    @Test
    void aDamagedSnapshotIsNotCountedAmongTheTwoThatAreKept() throws Exception {
        Snapshots snapshots = two();
        Files.write(file(11), new byte[20]);
        assertThat(snapshots.newest()).isPresent();
        assertThat(snapshots.write(new Snapshot(13, NEWER))).isEqualTo(7);
        assertThat(file(11)).doesNotExist();
        assertThat(file(7)).exists();
    }

    private Snapshots two() throws IOException {
        Snapshots snapshots = new Snapshots(new RealDisk(), directory);
        snapshots.write(new Snapshot(7, OLDER));
        snapshots.write(new Snapshot(11, NEWER));
        return snapshots;
    }

    private Path file(int position) {
        return directory.resolve("%020d.snapshot".formatted(position));
    }
}
