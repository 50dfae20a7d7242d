package io.riacho.pipeline;

import io.riacho.disk.RealDisk;
import io.riacho.journal.Journal;
import io.riacho.journal.JournalOptions;
import io.riacho.lake.Lake;
import io.riacho.lake.LakeOptions;
import io.riacho.pipeline.state.StateFold;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The property that state is a fold over the journal: the live state, the state that a recovery makes
/// of snapshot and tail, and a replay of the whole journal are the same bytes in a snapshot.
final class FoldUnderTest implements AutoCloseable {

    private final DiskThatKeepsSegments disk;
    private final Path journal;
    private final Path scratch;
    private final JournalOptions journalOptions;
    private final LakeOptions lakeOptions;
    private final Function<Lake, State> emptyState;
    private final List<String> violations;

    /// Takes the rows of all replays; nobody reads them.
    private @Nullable Lake lake;

    /// The state of the last life when it ended, until it was compared.
    private byte @Nullable [] live;

    private long livePosition;
    private long compared;

    FoldUnderTest(
            DiskThatKeepsSegments disk,
            Path directory,
            JournalOptions journalOptions,
            LakeOptions lakeOptions,
            Function<Lake, State> emptyState,
            List<String> violations) {
        this.disk = disk;
        this.journal = Pipeline.Directories.below(directory).journal();
        this.scratch = directory.resolveSibling(directory.getFileName() + ".replay");
        this.journalOptions = journalOptions;
        this.lakeOptions = lakeOptions;
        this.emptyState = emptyState;
        this.violations = violations;
    }

    /// Records that were replayed from the first on, in all lives.
    long compared() {
        return compared;
    }

    /// A life ended: whatever the disk has now, this is what the process had folded.
    void afterLife(StateFold fold) {
        live = fold.snapshot();
        livePosition = fold.position();
    }

    /// A new life found this.
    void afterRecovery(StateFold recovered) throws Exception {
        Path copy = scratch.resolve("journal");
        delete(copy);
        disk.copyAll(journal, copy);
        try (Journal all = Journal.open(new RealDisk(), copy, journalOptions)) {
            StateFold fold = emptyState.apply(lake()).fold();
            all.replay(
                    0,
                    (base, positions, payload) -> {
                        Recovery.replay(fold, base, positions, payload);
                        if (fold.position() == livePosition) {
                            compare("the live state", live, fold);
                            live = null;
                        }
                    });
            if (live != null && livePosition >= 0) {
                violations.add("fold: the journal has no entry that ends at " + livePosition);
            }
            compared += fold.position() + 1;
            compare("the recovered state", recovered.snapshot(), fold);
        } finally {
            live = null;
        }
    }

    private Lake lake() throws IOException {
        Lake known = lake;
        if (known == null) {
            Path below = scratch.resolve("lake");
            Files.createDirectories(below);
            known = Lake.open(new RealDisk(), below, lakeOptions);
            lake = known;
        }
        return known;
    }

    @Override
    public void close() throws IOException {
        Lake known = lake;
        if (known != null) {
            known.close();
        }
        delete(scratch);
    }

    private void compare(String what, byte @Nullable [] state, StateFold replayed) {
        byte[] expected = replayed.snapshot();
        if (state != null && !Arrays.equals(state, expected)) {
            violations.add(
                    "fold: at position %d %s is not what a replay of the whole journal gives: %s"
                            .formatted(replayed.position(), what, difference(state, expected)));
        }
    }

    /// Where they begin to differ, with the text around it.
    private static String difference(byte[] state, byte[] expected) {
        int at = Arrays.mismatch(state, expected);
        return "byte %d of %d and %d: '%s' and '%s'"
                .formatted(
                        at, state.length, expected.length, around(state, at), around(expected, at));
    }

    private static String around(byte[] bytes, int at) {
        StringBuilder text = new StringBuilder();
        for (int i = Math.max(0, at - 60); i < Math.min(bytes.length, at + 40); i++) {
            text.append(bytes[i] >= ' ' ? (char) bytes[i] : '.');
        }
        return text.toString();
    }

    private static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
