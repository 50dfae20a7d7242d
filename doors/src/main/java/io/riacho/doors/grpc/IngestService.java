package io.riacho.doors.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.riacho.api.readings.Intake;
import io.riacho.api.readings.SeriesTable;
import io.riacho.protocol.v1.IngestServiceGrpc;
import io.riacho.protocol.v1.WriteRequest;
import io.riacho.protocol.v1.WriteResponse;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// `riacho.v1.IngestService`: batches of readings in, a receipt for each once it is durable.
public final class IngestService extends IngestServiceGrpc.IngestServiceImplBase
        implements Stoppable {

    /// Series in the dictionary of one call, unless configured.
    public static final int SERIES_PER_CALL_MAX = 1_000_000;

    private final Intake intake;
    private final SeriesTable series;
    private final int seriesPerCallMax;
    private final Set<WriteCall> open = ConcurrentHashMap.newKeySet();
    private volatile boolean stopping;

    /// @param seriesPerCallMax series that one call may define; one more ends it
    public IngestService(Intake intake, SeriesTable series, int seriesPerCallMax) {
        this.intake = intake;
        this.series = series;
        this.seriesPerCallMax = seriesPerCallMax;
    }

    @Override
    public StreamObserver<WriteRequest> write(StreamObserver<WriteResponse> observer) {
        WriteCall call =
                new WriteCall(
                        (ServerCallStreamObserver<WriteResponse>) observer,
                        intake,
                        new SeriesDictionary(series, seriesPerCallMax),
                        open::remove);
        open.add(call);
        if (stopping) {
            call.stop();
        }
        call.begin();
        return call;
    }

    @Override
    public void stop() {
        stopping = true;
        open.forEach(WriteCall::stop);
    }

    /// How many calls are open.
    int calls() {
        return open.size();
    }
}
