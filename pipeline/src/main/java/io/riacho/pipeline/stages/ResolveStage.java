package io.riacho.pipeline.stages;

import io.riacho.lake.Lake;
import io.riacho.lake.ReadingKey;
import io.riacho.pipeline.record.JournalAppender;
import io.riacho.pipeline.record.SystemRecord;
import io.riacho.pipeline.state.series.PendingLate;
import io.riacho.pipeline.state.series.SeriesRecord.Resolved;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks late readings up in the lake's sealed files and journals what it found; the stream core
/// draws the conclusion. Used by one thread.
///
/// Sealed files suffice: what is not sealed the core still remembers, and it lets one late reading
/// of a series and timestamp through at a time.
public final class ResolveStage {

    private static final Logger LOG = LoggerFactory.getLogger(ResolveStage.class);

    private static final int BATCH_MAX = 8_192;
    private static final Duration RETRY_FIRST = Duration.ofSeconds(1);
    private static final Duration RETRY_MOST = Duration.ofSeconds(30);

    private final StreamStage stream;
    private final Lake lake;
    private final MicroClock clock;
    private final JournalAppender journal;
    private final Deque<PendingLate> again = new ArrayDeque<>();
    private final BackOff backOff = new BackOff(RETRY_FIRST, RETRY_MOST);

    public ResolveStage(StreamStage stream, Lake lake, MicroClock clock, JournalAppender journal) {
        this.stream = stream;
        this.lake = lake;
        this.clock = clock;
        this.journal = journal;
    }

    /// Resolves one batch.
    ///
    /// @return whether there was something to do
    public boolean step() {
        if (backOff.isOn(clock.nowMicros())) {
            return false;
        }
        List<PendingLate> batch;
        synchronized (again) {
            batch = new ArrayList<>(again);
            again.clear();
        }
        batch.addAll(stream.takeLate(BATCH_MAX - Math.min(BATCH_MAX, batch.size())));
        if (batch.isEmpty()) {
            return false;
        }
        List<ReadingKey> keys = new ArrayList<>(batch.size());
        for (PendingLate each : batch) {
            keys.add(new ReadingKey(each.sensor(), each.metric(), each.timestampMicros()));
        }
        Map<ReadingKey, Double> kept;
        long retainedFrom = lake.retainedFromMicros();
        try {
            kept = lake.find(keys);
        } catch (IOException e) {
            LOG.warn("Looking up late readings failed and will be tried again: {}", e.toString());
            putBack(batch);
            return false;
        }
        for (int i = 0; i < batch.size(); i++) {
            PendingLate late = batch.get(i);
            Double value = kept.get(keys.get(i));
            if (value == null && late.timestampMicros() < retainedFrom) {
                // Its day was removed while it waited. Whether it was there cannot be known
                // any more; counting nothing twice goes before counting it.
                value = late.value();
            }
            journal.append(
                    new SystemRecord(
                            new Resolved(
                                    late.series(),
                                    late.position(),
                                    value != null,
                                    value == null ? 0 : value),
                            backOff::succeeded,
                            _ -> putBack(List.of(late))));
        }
        return true;
    }

    /// Looks them up again after a pause: also when the journal has no room for what was found.
    private void putBack(List<PendingLate> late) {
        backOff.failed(clock.nowMicros());
        synchronized (again) {
            again.addAll(late);
        }
    }
}
