package io.riacho.doors.tcp;

import io.netty.buffer.ByteBuf;
import io.riacho.api.readings.Failure;
import io.riacho.api.readings.Refusal;
import io.riacho.api.readings.Source;
import io.riacho.api.readings.Submission;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A batch of lines on its way to the disk. Its receipt is kept until the event loop writes it.
final class LineSubmission extends Submission {

    private final LineConnection connection;
    private final LineBatch batch;

    // Written by the pipeline's thread before it enters the receipt loop's queue, read after.
    private List<Refusal> refusals = List.of();
    private @Nullable Failure failure;

    LineSubmission(LineConnection connection, LineBatch batch) {
        super(Source.TCP, batch.readings, batch.bytes());
        this.connection = connection;
        this.batch = batch;
    }

    LineConnection connection() {
        return connection;
    }

    int lines() {
        return batch.lines();
    }

    @Override
    protected void durable(List<Refusal> refused) {
        refusals = refused;
        connection.receipts().add(this);
    }

    @Override
    protected void failed(Failure why) {
        failure = why;
        connection.receipts().add(this);
    }

    /// Bytes that the answers take at least.
    int answerBytes() {
        return batch.lines() * Answers.storedBytes();
    }

    /// Writes the lines' answers, in their order. On the event loop.
    ///
    /// @return lines that were stored whole
    int answer(ByteBuf out) {
        Failure why = failure;
        int lines = batch.lines();
        if (why == null && refusals.isEmpty() && !batch.hasErrors()) {
            Answers.stored(out, lines);
            return lines;
        }
        int stored = 0;
        int refusal = 0;
        for (int line = 0; line < lines; line++) {
            int first = batch.firstReading(line);
            int after = batch.afterReadings(line);
            int firstRefusal = refusal;
            while (refusal < refusals.size() && refusals.get(refusal).index() < after) {
                refusal++;
            }
            String error = batch.error(line);
            if (why != null && first < after) {
                error = why.reason();
            } else if (error == null && firstRefusal < refusal) {
                List<Refusal> here =
                        refusals.subList(firstRefusal, refusal).stream()
                                .map(r -> new Refusal(r.index() - first, r.reason()))
                                .toList();
                error = Refusal.describe(here, after - first, "line");
            }
            if (error == null) {
                Answers.stored(out, 1);
                stored++;
            } else {
                Answers.error(out, error);
            }
        }
        return stored;
    }
}
