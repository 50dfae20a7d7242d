package io.riacho.doors.mqtt;

import io.riacho.api.readings.Failure;
import io.riacho.api.readings.ReadingBatch;
import io.riacho.api.readings.Refusal;
import io.riacho.api.readings.Source;
import io.riacho.api.readings.Submission;
import io.riacho.mqtt.spi.PublishBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The readings of one read of one client on their way to the disk.
final class MessageSubmission extends Submission {

    private final RiachoPublishHandler door;
    private final PublishBatch batch;
    private final BatchAnswer answer;

    /// For each message, the number of readings in the batch after it.
    private final int[] readingsUpTo;

    /// By message, what was bad in it before it came here.
    private final Map<Integer, List<Refusal>> partlyBad;

    MessageSubmission(
            RiachoPublishHandler door,
            PublishBatch batch,
            BatchAnswer answer,
            ReadingBatch readings,
            int[] readingsUpTo,
            Map<Integer, List<Refusal>> partlyBad) {
        super(Source.MQTT, readings, (int) Math.min(batch.payloadBytes(), Integer.MAX_VALUE / 2));
        this.door = door;
        this.batch = batch;
        this.answer = answer;
        this.readingsUpTo = readingsUpTo;
        this.partlyBad = partlyBad;
    }

    @Override
    protected void durable(List<Refusal> refusals) {
        int refusal = 0;
        boolean anyBad = !refusals.isEmpty() || !partlyBad.isEmpty();
        for (int message = 0; anyBad && message < readingsUpTo.length; message++) {
            int first = message == 0 ? 0 : readingsUpTo[message - 1];
            int after = readingsUpTo[message];
            List<Refusal> here = new ArrayList<>(0);
            while (refusal < refusals.size() && refusals.get(refusal).index() < after) {
                Refusal each = refusals.get(refusal++);
                here.add(new Refusal(each.index() - first, each.reason()));
            }
            List<Refusal> decoded = partlyBad.getOrDefault(message, List.of());
            List<Refusal> all = Refusal.merged(decoded, here);
            if (!all.isEmpty()) {
                int count = after - first + decoded.size();
                door.refuse(batch, message, Refusal.describe(all, count, "message"));
            }
        }
        answer.durable();
    }

    @Override
    protected void failed(Failure failure) {
        answer.failed(failure);
    }
}
