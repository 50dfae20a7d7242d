package io.riacho.pipeline;

import io.riacho.journal.Journal;
import io.riacho.lake.Lake;
import io.riacho.pipeline.record.CorruptRecordException;
import io.riacho.pipeline.record.JournalRecord;
import io.riacho.pipeline.snapshot.Snapshots;
import io.riacho.pipeline.snapshot.Snapshots.Snapshot;
import io.riacho.pipeline.state.RecordCodec;
import io.riacho.pipeline.state.StateFold;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings a new state up to the journal's end: the newest whole snapshot, then the journal's tail.
final class Recovery {

    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

    private final Journal journal;
    private final Lake lake;
    private final StateFold fold;

    Recovery(Journal journal, Lake lake, StateFold fold) {
        this.journal = journal;
        this.lake = lake;
        this.fold = fold;
    }

    /// @throws IOException when what is there is damaged; the message says what and what to do
    void run(Snapshots snapshots) throws IOException {
        long started = System.nanoTime();
        Optional<Snapshot> snapshot = snapshots.newest();
        if (snapshot.isPresent()) {
            fold.restore(snapshot.get().state());
        }
        long from = fold.position() + 1;
        checkNothingIsMissing(from);
        journal.replay(
                from,
                (base, positions, payload) -> {
                    replay(fold, base, positions, payload);
                    sealIfFull();
                });
        long replayed = journal.nextPosition() - from;
        if (replayed > 0) {
            LOG.info(
                    "Replayed {} records in {} ms",
                    replayed,
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started));
        }
    }

    /// The journal may hold more rows than fit, and its snapshot stays the older one: should this start
    /// not end, the next one ignores what is in the files by then.
    private void sealIfFull() throws IOException {
        if (!lake.hasRoom()) {
            lake.seal(lake.freeze(fold.position()));
        }
    }

    private void checkNothingIsMissing(long from) throws IOException {
        if (journal.firstPosition() > from) {
            throw new IOException(
                    "The journal begins at position "
                            + journal.firstPosition()
                            + " but the newest snapshot that can be read ends at "
                            + (from - 1)
                            + ": records between them are missing. Restore the data directory from"
                            + " a backup.");
        }
        if (journal.nextPosition() < from || journal.nextPosition() <= lake.sealedPosition()) {
            throw new IOException(
                    "The journal ends at position "
                            + (journal.nextPosition() - 1)
                            + " but a snapshot reaches "
                            + (from - 1)
                            + " and the lake "
                            + lake.sealedPosition()
                            + ": the journal's end is missing. Restore the data directory from a"
                            + " backup.");
        }
    }

    /// Folds the records of one entry that are not folded yet.
    static void replay(StateFold fold, long base, int positions, ByteBuffer payload) {
        long at = base;
        while (payload.hasRemaining()) {
            JournalRecord record = RecordCodec.read(payload);
            // An entry may begin before the position that the snapshot ends at, never straddle it:
            // snapshots are taken between entries.
            if (at > fold.position()) {
                fold.replay(at, record);
            }
            at += record.positions();
        }
        if (at != base + positions) {
            throw new CorruptRecordException(
                    "the entry at position " + base + " holds another number of records", null);
        }
    }
}
