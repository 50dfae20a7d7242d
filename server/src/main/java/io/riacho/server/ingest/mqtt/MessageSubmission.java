package io.riacho.server.ingest.mqtt;

import io.riacho.mqtt.PublishBatch;
import io.riacho.server.intake.Failure;
import io.riacho.server.intake.ReadingBatch;
import io.riacho.server.intake.Refusal;
import io.riacho.server.intake.Source;
import io.riacho.server.intake.Submission;
import java.util.ArrayList;
import java.util.List;

/// The readings of one read of one client on their way to the disk.
final class MessageSubmission extends Submission {

    private final MqttReadings door;
    private final PublishBatch batch;
    private final BatchAnswer answer;

    /// For each message, the number of readings in the batch after it.
    private final int[] readingsUpTo;

    MessageSubmission(
            MqttReadings door,
            PublishBatch batch,
            BatchAnswer answer,
            ReadingBatch readings,
            int[] readingsUpTo) {
        super(Source.MQTT, readings, (int) Math.min(batch.payloadBytes(), Integer.MAX_VALUE / 2));
        this.door = door;
        this.batch = batch;
        this.answer = answer;
        this.readingsUpTo = readingsUpTo;
    }

    @Override
    protected void durable(List<Refusal> refusals) {
        int refusal = 0;
        for (int message = 0; refusal < refusals.size(); message++) {
            int first = message == 0 ? 0 : readingsUpTo[message - 1];
            int after = readingsUpTo[message];
            List<Refusal> here = new ArrayList<>(0);
            while (refusal < refusals.size() && refusals.get(refusal).index() < after) {
                Refusal each = refusals.get(refusal++);
                here.add(new Refusal(each.index() - first, each.reason()));
            }
            if (!here.isEmpty()) {
                door.refuse(batch, message, Refusal.describe(here, after - first, "message"));
            }
        }
        answer.durable();
    }

    @Override
    protected void failed(Failure failure) {
        answer.failed(failure);
    }
}
