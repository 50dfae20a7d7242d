package io.riacho.doors.bridge;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.riacho.api.readings.Failure;
import io.riacho.doors.topics.TopicListener.Handled;
import io.riacho.formats.RiachoTopics;
import java.util.concurrent.Executor;

/// Passes each message of the other broker on, to the readings or to the listener, and
/// acknowledges it when that is done with it, in the order in which the messages came.
/// [#received] belongs to one thread.
final class BridgeMessages {

    private final RiachoTopics topics;
    private final BridgeReadings readings;
    private final BridgeListener listener;
    private final Executor later;
    private final AcknowledgementOrder order = new AcknowledgementOrder();

    /// @param later runs what is to be tried again, after a moment
    BridgeMessages(
            RiachoTopics topics,
            BridgeReadings readings,
            BridgeListener listener,
            Executor later,
            MeterRegistry meters) {
        this.topics = topics;
        this.readings = readings;
        this.listener = listener;
        this.later = later;
        Gauge.builder("riacho.broker.unacknowledged", order, AcknowledgementOrder::size)
                .description("Messages from the other broker that are not acknowledged yet")
                .register(meters);
    }

    /// A message came.
    ///
    /// @param retained whether the broker had kept it from before the subscription
    /// @param acknowledge run once it is durable, or refused for good
    void received(String topic, byte[] payload, boolean retained, Runnable acknowledge) {
        AcknowledgementOrder.Entry entry = order.add(acknowledge);
        RiachoTopics.Kind kind = topics.kind(topic);
        switch (kind) {
            case DATA, COMMAND, UPDATES, OTHER -> {
                String sensor = topics.sensor(topic);
                if (sensor != null) {
                    listener.readings(sensor);
                }
                readings.received(topic, payload, entry);
            }
            case STATUS, ERRORS, DIAGNOSTICS -> {
                // A report that a broker retained is true of some moment that nobody knows.
                if (retained) {
                    entry.done();
                } else {
                    hear(kind, payload, entry);
                }
            }
        }
    }

    private void hear(RiachoTopics.Kind kind, byte[] payload, AcknowledgementOrder.Entry entry) {
        listener.received(
                kind,
                payload,
                new Handled() {
                    @Override
                    public void durable() {
                        entry.done();
                    }

                    @Override
                    public void failed(Failure failure) {
                        switch (failure.kind()) {
                            case DISK_FULL -> later.execute(() -> hear(kind, payload, entry));
                            // Not acknowledged: it comes again after the start.
                            case STOPPING, BROKEN -> {}
                        }
                    }
                });
    }
}
