package io.riacho.field;

import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import io.riacho.protocol.v1.IngestServiceGrpc;
import io.riacho.protocol.v1.SeriesDefinition;
import io.riacho.protocol.v1.WriteRequest;
import io.riacho.protocol.v1.WriteResponse;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The gRPC door: one call of `IngestService.Write`, a batch per message, with the call's dictionary
/// of series.
final class GrpcWriter implements Door {

    private static final long TIMEOUT_SECONDS = 15;

    private final ManagedChannel channel;
    private @Nullable Call call;

    /// @param channel stays the caller's
    GrpcWriter(ManagedChannel channel) {
        this.channel = channel;
    }

    /// A call under way, and what it answered.
    private static final class Call implements StreamObserver<WriteResponse> {
        final BlockingQueue<Object> answers = new ArrayBlockingQueue<>(4);
        final Map<String, Integer> dictionary = new HashMap<>();
        final StreamObserver<WriteRequest> requests;
        long sequence;

        Call(ManagedChannel channel) {
            requests = IngestServiceGrpc.newStub(channel).write(this);
        }

        @Override
        public void onNext(WriteResponse response) {
            answers.add(response);
        }

        @Override
        public void onError(Throwable thrown) {
            answers.add(new IOException("the call ended: " + thrown.getMessage(), thrown));
        }

        @Override
        public void onCompleted() {
            answers.add(new IOException("the server ended the call"));
        }

        int series(Emission.Measured reading, WriteRequest.Builder request) {
            return dictionary.computeIfAbsent(
                    reading.sensor() + "/" + reading.metric(),
                    _ -> {
                        int id = dictionary.size();
                        request.addNewSeries(
                                SeriesDefinition.newBuilder()
                                        .setId(id)
                                        .setSensorId(reading.sensor())
                                        .setMetric(reading.metric())
                                        .setUnit(reading.unit()));
                        return id;
                    });
        }
    }

    @Override
    public Receipts deliver(List<Emission> emissions) throws IOException, InterruptedException {
        Call open = call == null ? new Call(channel) : call;
        call = open;
        WriteRequest.Builder request = WriteRequest.newBuilder().setSequence(++open.sequence);
        for (Emission emission : emissions) {
            // In columns nothing can be cut short or without a value: here all faults are a NaN.
            Emission.Measured reading =
                    switch (emission) {
                        case Emission.Measured measured -> measured;
                        case Emission.Broken broken ->
                                new Emission.Measured(
                                        broken.sensor(),
                                        broken.metric(),
                                        Double.NaN,
                                        0,
                                        "",
                                        Emission.Delivery.ON_TIME);
                    };
            request.addSeries(open.series(reading, request))
                    .addValue(reading.value())
                    .addTimestampUs(reading.timestampMicros());
        }
        open.requests.onNext(request.build());
        Object answer = open.answers.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS);
        if (answer instanceof WriteResponse response && response.getSequence() == open.sequence) {
            int refused = response.getRejectionsCount();
            return new Receipts(emissions.size() - refused, refused);
        }
        close();
        throw answer instanceof IOException failed
                ? failed
                : new IOException("no answer within " + TIMEOUT_SECONDS + " s");
    }

    @Override
    public String name() {
        return "grpc";
    }

    @Override
    public void close() {
        Call open = call;
        call = null;
        if (open != null) {
            try {
                open.requests.onCompleted();
            } catch (IllegalStateException _) {
                // The call had ended already.
            }
        }
    }
}
