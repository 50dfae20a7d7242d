package io.riacho.field;

import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import io.riacho.protocol.v1.AcknowledgeRequest;
import io.riacho.protocol.v1.AcknowledgeResponse;
import io.riacho.protocol.v1.Command;
import io.riacho.protocol.v1.CommandServiceGrpc;
import io.riacho.protocol.v1.SubscribeRequest;
import io.riacho.protocol.v1.SubscribeResponse;
import java.util.List;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// The valves' actuators: each subscribes for its device's commands, turns its valve and acknowledges.
/// A subscription that ends is begun again.
final class Actuators implements AutoCloseable {

    private static final long RETRY_MILLIS = 500;

    private final CommandServiceGrpc.CommandServiceStub service;
    private final Drives drives;
    private final List<Integer> plots;
    private final ScheduledExecutorService timer;
    private final Context.CancellableContext calls = Context.current().withCancellation();

    /// @param channel stays the caller's
    /// @param plots whose commands are taken
    Actuators(
            ManagedChannel channel,
            Drives drives,
            List<Integer> plots,
            ScheduledExecutorService timer) {
        this.service = CommandServiceGrpc.newStub(channel);
        this.drives = drives;
        this.plots = List.copyOf(plots);
        this.timer = timer;
    }

    void start() {
        plots.forEach(this::subscribe);
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
        drives.obey(
                plot,
                command.getSequence(),
                command.getTurnOn(),
                command.getAverage(),
                command.getRule());
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
            drives.countAcknowledged();
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
