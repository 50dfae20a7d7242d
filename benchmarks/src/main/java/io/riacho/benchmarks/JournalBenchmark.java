package io.riacho.benchmarks;

import io.riacho.disk.Disk;
import io.riacho.disk.DiskFile;
import io.riacho.disk.DiskFullException;
import io.riacho.disk.RealDisk;
import io.riacho.journal.Journal;
import io.riacho.journal.JournalOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/// The journal's append and sync beside the least that could do the same: one write to a
/// preallocated file and one `force(false)`, over and over in the same 64 MiB.
///
/// Both take turns, so that a noisy disk is noisy for both. The journal also makes, fills and deletes its segments, the
/// next one being reserved by another thread, as in the server. Takes about 13 seconds and less than 1 GiB.
public final class JournalBenchmark {

    private static final int RECORD_BYTES = 32;
    private static final int[] RECORDS_PER_SYNC = {1, 1_000, 10_000};
    private static final int ROUNDS = 4;
    private static final long ROUND_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final int SEGMENTS_KEPT = 4;

    private JournalBenchmark() {}

    /// Prints a table.
    ///
    /// @param arguments a directory on the disk to measure; otherwise one for temporary files
    public static void main(String[] arguments) throws IOException {
        Path parent =
                arguments.length > 0
                        ? Path.of(arguments[0])
                        : Path.of(System.getProperty("java.io.tmpdir"));
        Path directory = Files.createTempDirectory(parent, "riacho-journal-benchmark");
        try {
            run(directory);
        } finally {
            Directories.delete(directory);
        }
    }

    private static void run(Path directory) throws IOException {
        System.out.printf("Append and sync of %d-byte records in %s%n", RECORD_BYTES, directory);
        System.out.printf(
                "%9s | %29s | %29s | %s%n", "", "journal", "bare write + force", "journal/bare");
        System.out.printf(
                "%9s | %8s %8s %11s | %8s %8s %11s | %7s %6s%n",
                "rows/sync",
                "p50 ms",
                "p99 ms",
                "rows/s",
                "p50 ms",
                "p99 ms",
                "rows/s",
                "rows/s",
                "p50");
        for (int records : RECORDS_PER_SYNC) {
            ByteBuffer payload = payload(records);
            Path bareFile = directory.resolve("bare");
            try (JournalUnderTest journal =
                            new JournalUnderTest(directory.resolve("journal-" + records));
                    FileChannel bare = preallocated(bareFile)) {
                Tally ours = new Tally();
                Tally bares = new Tally();
                BareLoop loop = new BareLoop(bare);
                // A round of each that does not count, for the compiler and the page cache.
                new Tally().round(() -> journal.commit(payload, records));
                new Tally().round(() -> loop.commit(payload));
                for (int round = 1; round < ROUNDS; round++) {
                    ours.round(() -> journal.commit(payload, records));
                    bares.round(() -> loop.commit(payload));
                }
                System.out.printf(
                        Locale.ROOT,
                        "%,9d | %8.3f %8.3f %,11.0f | %8.3f %8.3f %,11.0f | %7.2f %6.2f%n",
                        records,
                        ours.millis(50),
                        ours.millis(99),
                        ours.rate() * records,
                        bares.millis(50),
                        bares.millis(99),
                        bares.rate() * records,
                        ours.rate() / bares.rate(),
                        ours.millis(50) / bares.millis(50));
            }
            Files.delete(bareFile);
        }
    }

    private static ByteBuffer payload(int records) {
        byte[] bytes = new byte[records * RECORD_BYTES];
        new SplittableRandom(1).nextBytes(bytes);
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }

    private static FileChannel preallocated(Path file) throws IOException {
        try (DiskFile reserved = new RealDisk().open(file)) {
            reserved.allocate(JournalOptions.defaults().segmentBytes());
            reserved.sync();
        }
        return FileChannel.open(file, StandardOpenOption.WRITE);
    }

    private interface Commit {
        void run() throws IOException;
    }

    private static final class Tally {
        private final Histogram nanos = new Histogram(3);
        private long elapsedNanos;

        void round(Commit commit) throws IOException {
            long begin = System.nanoTime();
            long before = begin;
            while (before - begin < ROUND_NANOS) {
                commit.run();
                long now = System.nanoTime();
                nanos.recordValue(now - before);
                before = now;
            }
            elapsedNanos += before - begin;
        }

        double millis(double percentile) {
            return nanos.getValueAtPercentile(percentile) / 1e6;
        }

        /// Syncs per second.
        double rate() {
            return nanos.getTotalCount() * 1e9 / elapsedNanos;
        }
    }

    private static final class BareLoop {
        private final FileChannel channel;
        private long offset;

        BareLoop(FileChannel channel) {
            this.channel = channel;
        }

        void commit(ByteBuffer payload) throws IOException {
            payload.rewind();
            if (offset + payload.remaining() > JournalOptions.defaults().segmentBytes()) {
                offset = 0;
            }
            while (payload.hasRemaining()) {
                offset += channel.write(payload, offset);
            }
            channel.force(false);
        }
    }

    private static final class JournalUnderTest implements AutoCloseable {
        private final Journal journal;
        private final ExecutorService background = Executors.newSingleThreadExecutor();
        private boolean asked;

        JournalUnderTest(Path directory) throws IOException {
            Disk disk = new RealDisk();
            journal = Journal.open(disk, directory, JournalOptions.defaults());
        }

        void commit(ByteBuffer payload, int records) throws IOException {
            payload.rewind();
            journal.append(payload, records);
            journal.sync();
            boolean wants = journal.wantsNext();
            if (wants && !asked) {
                background.execute(this::prepare);
            }
            asked = wants;
            long segmentBytes = JournalOptions.defaults().segmentBytes();
            if (journal.sizeBytes() > SEGMENTS_KEPT * segmentBytes) {
                // At most one segment: the oldest two are never both below this.
                long kept = journal.nextPosition() - journal.firstPosition();
                journal.deleteBefore(journal.firstPosition() + kept * 3 / (2L * SEGMENTS_KEPT));
            }
        }

        private void prepare() {
            try {
                journal.prepareNext();
            } catch (DiskFullException e) {
                System.err.println("The next segment is not reserved ahead: " + e.getMessage());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() throws IOException {
            background.close();
            journal.close();
        }
    }
}
