package io.riacho.loadtest;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.riacho.net.EventLoops;
import io.riacho.protocol.sensor.ReadingRequest;
import io.riacho.protocol.sensor.SensorGrpc;
import io.riacho.protocol.sensor.Temperature;
import java.io.IOException;
import java.util.concurrent.TimeUnit;

/// The load of endless streams of readings. The response time is that of a stream's first reading, less
/// than a second after its request; the jitter is how far each gap between two readings is from a
/// second.
final class SensorLoad implements Load {

    /// The pace of a simulated sensor.
    private static final long PACE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final GrpcConnections connections;
    private final Measurements measurements;
    private volatile boolean closing;

    SensorLoad(LoadOptions options, EventLoops loops, Measurements measurements)
            throws IOException {
        connections = new GrpcConnections(options, loops);
        this.measurements = measurements;
    }

    @Override
    public void open(int index, Opening opening) {
        connections.open(index, opening);
    }

    @Override
    public void begin() {
        for (int index = 0; index < connections.count(); index++) {
            ManagedChannel channel = connections.channel(index);
            if (channel != null) {
                ReadingRequest request =
                        ReadingRequest.newBuilder().setSensorId("load-" + index).build();
                measurements.sent();
                SensorGrpc.newStub(channel).streamReadings(request, new Readings());
            }
        }
    }

    @Override
    public void send(int index, long dueNanos) {
        throw new IllegalStateException("the sensor sends");
    }

    @Override
    public boolean sends() {
        return false;
    }

    @Override
    public void close() {
        closing = true;
        connections.close();
    }

    /// One stream; called by one thread at a time.
    private final class Readings implements StreamObserver<Temperature> {

        private final long requestedNanos = System.nanoTime();
        private long lastNanos;

        @Override
        public void onNext(Temperature reading) {
            long now = System.nanoTime();
            if (lastNanos == 0) {
                measurements.answered(now - requestedNanos);
            } else {
                measurements.streamed(Math.abs(now - lastNanos - PACE_NANOS), PACE_NANOS);
            }
            lastNanos = now;
        }

        @Override
        public void onError(Throwable thrown) {
            if (!closing) {
                Status status = Status.fromThrowable(thrown);
                measurements.failed(status.getCode() + ": " + status.getDescription());
            }
        }

        @Override
        public void onCompleted() {
            if (!closing) {
                measurements.failed("the stream ended by itself");
            }
        }
    }
}
