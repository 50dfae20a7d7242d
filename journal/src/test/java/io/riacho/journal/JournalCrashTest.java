package io.riacho.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.riacho.disk.Disk;
import io.riacho.disk.DiskFullException;
import io.riacho.simulation.CrashedException;
import io.riacho.simulation.DiskThatLosesUnsyncedWrites;
import io.riacho.simulation.Seed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Random lives of a journal, each ended by a crash, a kill, a failed sync or a close, against a
/// list of what was appended: what replays is a prefix of it, and holds all that was synced.
class JournalCrashTest {

    private static final JournalOptions OPTIONS = new JournalOptions(8192, 2000);

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
        return Seed.several(Integer.getInteger("riacho.runs", 30));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whatWasSyncedIsReplayedAndNothingThatWasNotAppended(Seed seed) {
        seed.run(random -> {
            Lives lives = new Lives(disk, random);
            for (int i = 0; i < 25; i++) {
                lives.live();
            }
            assertThat(lives.acknowledged).isPositive();
        });
    }

    /// A test that passes whatever the journal does proves nothing: this one must not.
    @Test
    void aJournalThatAcknowledgesWithoutSyncingIsCaught() {
        assertThatThrownBy(
                        () -> {
                            for (int run = 0; run < 20; run++) {
                                Lives lives =
                                        new Lives(
                                                new DiskWhoseSyncsDoNothing(disk),
                                                new SplittableRandom(run));
                                for (int i = 0; i < 25; i++) {
                                    lives.live();
                                }
                            }
                        })
                .isInstanceOfAny(AssertionError.class, JournalDamagedException.class);
    }

    /// What the journal was given, and what it has promised.
    private final class Lives {

        record Entry(long basePosition, int records, ByteBuffer payload) {
            long end() {
                return basePosition + records;
            }
        }

        private final Disk journalsDisk;
        private final SplittableRandom random;
        private final List<Entry> appended = new ArrayList<>();
        private long promisedPosition;
        private long deletedBelow;
        private long acknowledged;

        Lives(Disk journalsDisk, SplittableRandom random) {
            this.journalsDisk = journalsDisk;
            this.random = random;
        }

        void live() throws IOException {
            if (random.nextInt(3) > 0) {
                disk.crashAfter(random.nextInt(1, 120));
            }
            try {
                Journal journal =
                        Journal.open(
                                journalsDisk, root.resolve("journal"), OPTIONS, random::nextLong);
                checkRecovered(journal);
                for (int i = random.nextInt(40); i > 0; i--) {
                    act(journal);
                }
                if (random.nextBoolean()) {
                    disk.makeRoom();
                    journal.close();
                    promisedPosition = journal.nextPosition();
                    acknowledged++;
                }
            } catch (CrashedException _) {
                // the end of this life
            } catch (JournalDamagedException e) {
                throw e;
            } catch (IOException _) {
                // a sync that failed, or no room for the first segment
            }
            disk.makeRoom();
            if (random.nextInt(3) == 0) {
                disk.killProcess();
            } else {
                disk.crash(random);
            }
        }

        private void checkRecovered(Journal journal) throws IOException {
            assertThat(journal.nextPosition()).isGreaterThanOrEqualTo(promisedPosition);
            assertThat(journal.durablePosition()).isEqualTo(journal.nextPosition());
            // Deletion takes whole segments, so some of what was given up is still there.
            assertThat(journal.firstPosition()).isLessThanOrEqualTo(deletedBelow);
            appended.removeIf(entry ->
                    entry.basePosition() >= journal.nextPosition()
                            || entry.end() <= journal.firstPosition());
            checkReplay(journal, journal.firstPosition(), appended);
            assertThat(appended.isEmpty() ? journal.firstPosition() : appended.getLast().end())
                    .isEqualTo(journal.nextPosition());
            promisedPosition = journal.nextPosition();
        }

        private void checkReplay(Journal journal, long from, List<Entry> expected)
                throws IOException {
            int[] count = {0};
            journal.replay(
                    from,
                    (base, records, payload) -> {
                        assertThat(count[0]).isLessThan(expected.size());
                        Entry entry = expected.get(count[0]++);
                        assertThat(base).isEqualTo(entry.basePosition());
                        assertThat(records).isEqualTo(entry.records());
                        assertThat(payload).isEqualTo(entry.payload());
                        assertThat(payload.isReadOnly()).isTrue();
                    });
            assertThat(count[0]).isEqualTo(expected.size());
        }

        private void act(Journal journal) throws IOException {
            switch (random.nextInt(24)) {
                case 0 -> {
                    long position = random.nextLong(promisedPosition + 1);
                    deletedBelow = Math.max(deletedBelow, position);
                    journal.deleteBefore(position);
                }
                case 1 -> journal.prepareNext();
                case 2 -> {
                    long from =
                            random.nextLong(journal.firstPosition(), journal.nextPosition() + 1);
                    checkReplay(
                            journal,
                            from,
                            appended.stream().filter(entry -> entry.end() > from).toList());
                }
                case 3 -> {
                    if (random.nextInt(4) == 0) {
                        disk.failNextSync();
                    }
                }
                case 4 -> disk.fillUpAfter(random.nextInt(10_000));
                case 5 -> disk.makeRoom();
                case 6, 7, 8, 9, 10 -> {
                    journal.sync();
                    assertThat(journal.durablePosition()).isEqualTo(journal.nextPosition());
                    promisedPosition = journal.nextPosition();
                    acknowledged++;
                }
                default -> append(journal);
            }
        }

        private void append(Journal journal) throws IOException {
            // Often of the same shape, so that what an earlier life left behind would fit.
            boolean alike = random.nextInt(3) > 0;
            byte[] payload = new byte[alike ? 600 : random.nextInt(2001)];
            random.nextBytes(payload);
            int records = alike ? 1 : random.nextInt(1, 50);
            Entry entry = new Entry(journal.nextPosition(), records, ByteBuffer.wrap(payload));
            appended.add(entry);
            try {
                assertThat(journal.append(entry.payload(), entry.records()))
                        .isEqualTo(entry.basePosition());
            } catch (DiskFullException _) {
                appended.removeLast();
                assertThat(journal.nextPosition()).isEqualTo(entry.basePosition());
            }
            promisedPosition = Math.max(promisedPosition, journal.durablePosition());
        }
    }
}
