package io.riacho.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.riacho.disk.RealDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A journal on a disk that works: appends, replays, segments, deletion.
class JournalTest {

    private static final JournalOptions SMALL = new JournalOptions(8192, 2048);

    @TempDir private Path directory;

    @Test
    void whatWasSyncedIsReplayedAfterReopening() throws IOException {
        try (Journal journal = open()) {
            assertThat(journal.append(bytes("first"), 2)).isEqualTo(0);
            assertThat(journal.append(bytes(""), 1)).isEqualTo(2);
            assertThat(journal.durablePosition()).isEqualTo(0);
            journal.sync();
            assertThat(journal.durablePosition()).isEqualTo(3);
            assertThat(journal.append(bytes("third"), 5)).isEqualTo(3);
        }
        try (Journal journal = open()) {
            assertThat(journal.nextPosition()).isEqualTo(8);
            assertThat(replayed(journal, 0)).containsExactly("0+2 first", "2+1 ", "3+5 third");
            assertThat(replayed(journal, 4)).containsExactly("3+5 third");
            assertThat(replayed(journal, 8)).isEmpty();
        }
    }

    @Test
    void segmentsFollowOneAnotherAndAreDeletedWhole() throws IOException {
        try (Journal journal = open()) {
            for (int i = 0; i < 40; i++) {
                journal.append(bytes("x".repeat(1000)), 10);
            }
            journal.sync();
            int segments = names().size();
            assertThat(segments).isGreaterThan(5);
            assertThat(journal.sizeBytes()).isEqualTo(segments * 8192L);
            journal.deleteBefore(200);
            assertThat(names()).hasSizeLessThan(segments);
            assertThat(journal.firstPosition()).isBetween(1L, 200L);
            assertThat(replayed(journal, 200)).hasSize(20);
            long first = journal.firstPosition();
            assertThatThrownBy(() -> journal.replay(first - 1, (_, _, _) -> {}))
                    .isInstanceOf(IllegalArgumentException.class);
            journal.deleteBefore(400);
            assertThat(names()).hasSize(1);
        }
        try (Journal journal = open()) {
            assertThat(journal.nextPosition()).isEqualTo(400);
            assertThat(journal.append(bytes("y"), 1)).isEqualTo(400);
        }
    }

    @Test
    void aSegmentPreparedAheadIsUsedAndLeavesNothingBehind() throws IOException {
        try (Journal journal = open()) {
            assertThat(journal.wantsNext()).isFalse();
            journal.append(bytes("x".repeat(1000)), 1);
            journal.append(bytes("x".repeat(1000)), 1);
            assertThat(journal.wantsNext()).isTrue();
            journal.prepareNext();
            journal.prepareNext();
            assertThat(journal.wantsNext()).isFalse();
            assertThat(names()).contains("spare-0.tmp").hasSize(2);
            for (int i = 0; i < 2; i++) {
                journal.append(bytes("x".repeat(1000)), 1);
            }
            assertThat(names()).doesNotContain("spare-0.tmp").hasSize(2);
            journal.prepareNext();
        }
        assertThat(names()).hasSize(2).allMatch(name -> name.endsWith(".journal"));
    }

    @Test
    void entriesThatAreTooLargeOrHoldNothingAreRefused() throws IOException {
        try (Journal journal = open()) {
            assertThatThrownBy(() -> journal.append(ByteBuffer.allocate(2049), 1))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> journal.append(ByteBuffer.allocate(1), 0))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThat(journal.append(ByteBuffer.allocate(2048), 1)).isEqualTo(0);
        }
        assertThatThrownBy(() -> new JournalOptions(8192, 8192))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anAppendLeavesItsPayloadBufferAsItWas() throws IOException {
        ByteBuffer payload = bytes("abcdef").position(2).limit(4);
        try (Journal journal = open()) {
            journal.append(payload, 1);
            assertThat(payload.position()).isEqualTo(2);
            assertThat(payload.limit()).isEqualTo(4);
            assertThat(replayed(journal, 0)).containsExactly("0+1 cd");
        }
    }

    private Journal open() throws IOException {
        return Journal.open(new RealDisk(), directory.resolve("journal"), SMALL);
    }

    private List<String> names() throws IOException {
        try (var files = Files.list(directory.resolve("journal"))) {
            return files.map(file -> String.valueOf(file.getFileName())).sorted().toList();
        }
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> replayed(Journal journal, long from) throws IOException {
        List<String> entries = new ArrayList<>();
        journal.replay(
                from,
                (base, records, payload) ->
                        entries.add(
                                base
                                        + "+"
                                        + records
                                        + " "
                                        + StandardCharsets.UTF_8.decode(payload)));
        return entries;
    }
}
