package io.riacho.cli.field;

import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import io.riacho.protocol.v1.AcknowledgeRequest;
import io.riacho.protocol.v1.AcknowledgeResponse;
import io.riacho.protocol.v1.Command;
import io.riacho.protocol.v1.CommandServiceGrpc;
import io.riacho.protocol.v1.SubscribeRequest;
import io.riacho.protocol.v1.SubscribeResponse;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/// The valves' actuators: each subscribes for its device's commands, turns its valve and acknowledges.
/// A subscription that ends is begun again.
final class Actuators implements AutoCloseable {

    private static final long RETRY_MILLIS = 500;

    /// A valve that was turned.
    ///
    /// @param average what the rule saw
    record Turned(int plot, boolean on, double average, String rule) {}

    private final CommandServiceGrpc.CommandServiceStub service;
    private final Valves valves;
    private final ScheduledExecutorService timer;
    private final Consumer<Turned> turned;
    private final Context.CancellableContext calls = Context.current().withCancellation();
    private final AtomicLongArray newest;
    private final LongAdder acknowledged = new LongAdder();

    /// Begins.
    ///
    /// @param channel stays the caller's
    /// @param turned called on a gRPC thread
    Actuators(
            ManagedChannel channel,
            Valves valves,
            ScheduledExecutorService timer,
            Consumer<Turned> turned) {
        this.service = CommandServiceGrpc.newStub(channel);
        this.valves = valves;
        this.timer = timer;
        this.turned = turned;
        this.newest = new AtomicLongArray(valves.plots());
    }

    void start() {
        for (int plot = 0; plot < valves.plots(); plot++) {
            subscribe(plot);
        }
    }

    /// Commands whose acknowledgement the server has made durable.
    long acknowledged() {
        return acknowledged.sum();
    }

    private void subscribe(int plot) {
        if (calls.isCancelled()) {
            return;
        }
        SubscribeRequest request =
                SubscribeRequest.newBuilder().setDeviceId(Field.sensor(plot)).build();
        calls.run(() -> service.subscribe(request, new Subscription(plot)));
    }

    private final class Subscription implements StreamObserver<SubscribeResponse> {
        private final int plot;

        Subscription(int plot) {
            this.plot = plot;
        }

        @Override
        public void onNext(SubscribeResponse response) {
            obey(plot, response.getCommand());
        }

        @Override
        public void onError(Throwable thrown) {
            again();
        }

        @Override
        public void onCompleted() {
            again();
        }

        private void again() {
            if (!calls.isCancelled() && !timer.isShutdown()) {
                var _ = timer.schedule(() -> subscribe(plot), RETRY_MILLIS, TimeUnit.MILLISECONDS);
            }
        }
    }

    private void obey(int plot, Command command) {
        long sequence = command.getSequence();
        // A command may come twice, and a newer one makes an older one void.
        if (newest.getAndAccumulate(plot, sequence, Math::max) <= sequence
                && valves.turn(plot, command.getTurnOn())) {
            turned.accept(
                    new Turned(plot, command.getTurnOn(), command.getAverage(), command.getRule()));
        }
        AcknowledgeRequest done =
                AcknowledgeRequest.newBuilder()
                        .setDeviceId(command.getDeviceId())
                        .setCommandId(command.getId())
                        .build();
        calls.run(() -> service.acknowledge(done, new Acknowledged()));
    }

    private final class Acknowledged implements StreamObserver<AcknowledgeResponse> {
        @Override
        public void onNext(AcknowledgeResponse response) {
            acknowledged.increment();
        }

        @Override
        public void onError(Throwable thrown) {
            // The command stays unacknowledged; the next subscription brings it again.
        }

        @Override
        public void onCompleted() {}
    }

    @Override
    public void close() {
        calls.cancel(null);
    }
}
