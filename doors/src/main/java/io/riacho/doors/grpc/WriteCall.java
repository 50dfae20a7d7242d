package io.riacho.doors.grpc;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import com.google.rpc.Code;
import com.google.rpc.RetryInfo;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.riacho.api.readings.Failure;
import io.riacho.api.readings.Intake;
import io.riacho.api.readings.InvalidReadingException;
import io.riacho.api.readings.ReadingBatch;
import io.riacho.api.readings.Refusal;
import io.riacho.api.readings.Series;
import io.riacho.api.readings.Source;
import io.riacho.api.readings.Submission;
import io.riacho.formats.EpochUnits;
import io.riacho.protocol.v1.Rejection;
import io.riacho.protocol.v1.SeriesDefinition;
import io.riacho.protocol.v1.WriteRequest;
import io.riacho.protocol.v1.WriteResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One `Write` call.
///
/// Requests are decoded on the call's event loop, receipts come on the pipeline's thread; what both
/// touch is guarded by `this`. The next request is asked for when the intake has room and the client
/// takes its responses, so what a call holds in memory is what the intake counts, and one response
/// for each request in it.
///
/// The call ends in one of four ways: with OK when the client has half-closed and everything is
/// answered; with the client's mistake, or because the server stops, when everything before is
/// answered; at once when a batch failed; or by cancellation.
final class WriteCall implements StreamObserver<WriteRequest> {

    /// Reasons in one response: a client's limit on a message's size must not be exceeded.
    static final int REASONS_MAX = 1_000;

    /// When to try again after a disk was full, and after the server was stopping, in s.
    private static final int DISK_FULL_RETRY_SECONDS = 10;

    private static final int STOPPING_RETRY_SECONDS = 1;

    private final ServerCallStreamObserver<WriteResponse> call;
    private final Intake intake;
    private final SeriesDictionary dictionary;
    private final Consumer<WriteCall> onEnd;

    // Guarded by `this`.
    private int inFlight;
    private boolean intakeFull;
    private boolean asked;
    private boolean ended;

    /// What to end with once everything is answered.
    private @Nullable Status ending;

    /// @param onEnd run once, when the call ends for whatever reason
    WriteCall(
            ServerCallStreamObserver<WriteResponse> call,
            Intake intake,
            SeriesDictionary dictionary,
            Consumer<WriteCall> onEnd) {
        this.call = call;
        this.intake = intake;
        this.dictionary = dictionary;
        this.onEnd = onEnd;
    }

    /// While the call's method is running: from here on requests come.
    void begin() {
        call.disableAutoRequest();
        call.setOnReadyHandler(this::ask);
        call.setOnCancelHandler(this::cancelled);
        ask();
    }

    private synchronized void ask() {
        if (asked || intakeFull || ended || ending != null || !call.isReady()) {
            return;
        }
        asked = true;
        call.request(1);
    }

    @Override
    public void onNext(WriteRequest request) {
        synchronized (this) {
            asked = false;
            if (ended || ending != null) {
                return;
            }
        }
        for (int i = 0; i < request.getNewSeriesCount(); i++) {
            SeriesDefinition definition = request.getNewSeries(i);
            String wrong = dictionary.define(definition);
            if (wrong != null) {
                endWhenAnswered(Status.INVALID_ARGUMENT.withDescription(wrong));
                return;
            }
        }
        String wrong = shape(request);
        if (wrong != null) {
            endWhenAnswered(Status.INVALID_ARGUMENT.withDescription(wrong));
            return;
        }
        Receipt receipt = receipt(request);
        synchronized (this) {
            inFlight++;
        }
        if (!intake.submit(receipt)) {
            synchronized (this) {
                intakeFull = true;
            }
            intake.whenReady(this::intakeHasRoom);
        } else {
            ask();
        }
    }

    private static @Nullable String shape(WriteRequest request) {
        int count = request.getSeriesCount();
        int timestamps = request.getTimestampUsCount();
        if (request.getValueCount() != count || (timestamps != 0 && timestamps != count)) {
            return "the columns differ in length: "
                    + count
                    + " series, "
                    + request.getValueCount()
                    + " values, "
                    + timestamps
                    + " timestamps";
        }
        if (count > ReadingBatch.READINGS_MAX) {
            return count
                    + " readings in one request; send at most "
                    + ReadingBatch.READINGS_MAX
                    + " at a time";
        }
        return null;
    }

    private Receipt receipt(WriteRequest request) {
        int count = request.getSeriesCount();
        boolean timed = request.getTimestampUsCount() != 0;
        ReadingBatch batch = new ReadingBatch(count);
        List<Rejection> rejections = new ArrayList<>(0);
        for (int i = 0; i < count; i++) {
            int id = request.getSeries(i);
            Series series = dictionary.series(id);
            if (series == null) {
                rejections.add(rejection(i, dictionary.reason(id), rejections.size()));
                continue;
            }
            try {
                long timestamp = timed ? request.getTimestampUs(i) : ReadingBatch.NO_TIMESTAMP;
                EpochUnits.checkMicros(timestamp);
                batch.add(series, request.getValue(i), timestamp, dictionary.unit(id));
            } catch (InvalidReadingException e) {
                rejections.add(rejection(i, e.reason(), rejections.size()));
            }
        }
        return new Receipt(request, batch, rejections);
    }

    private static Rejection rejection(int index, String reason, int before) {
        Rejection.Builder rejection = Rejection.newBuilder().setIndex(index);
        if (before < REASONS_MAX) {
            rejection.setReason(reason);
        }
        return rejection.build();
    }

    private void intakeHasRoom() {
        synchronized (this) {
            intakeFull = false;
        }
        ask();
    }

    /// The server stops: what is under way is answered first.
    void stop() {
        endWhenAnswered(Status.UNAVAILABLE.withDescription("the server is stopping"));
    }

    @Override
    public void onCompleted() {
        endWhenAnswered(Status.OK);
    }

    @Override
    public void onError(Throwable thrown) {
        cancelled();
    }

    private void endWhenAnswered(Status status) {
        synchronized (this) {
            if (ended || ending != null) {
                return;
            }
            ending = status;
            if (inFlight > 0) {
                return;
            }
            close(status);
        }
        onEnd.accept(this);
    }

    private void answered(WriteResponse response) {
        synchronized (this) {
            inFlight--;
            if (ended) {
                return;
            }
            call.onNext(response);
            if (inFlight > 0 || ending == null) {
                return;
            }
            close(ending);
        }
        onEnd.accept(this);
    }

    private void failed(Failure failure) {
        synchronized (this) {
            inFlight--;
            if (ended) {
                return;
            }
            ended = true;
            call.onError(status(failure));
        }
        onEnd.accept(this);
    }

    private void cancelled() {
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = true;
        }
        onEnd.accept(this);
    }

    /// Guarded by `this`.
    private void close(Status status) {
        ended = true;
        if (status.isOk()) {
            call.onCompleted();
        } else {
            call.onError(status.asException());
        }
    }

    private static StatusException status(Failure failure) {
        return switch (failure.kind()) {
            case DISK_FULL ->
                    withRetry(Code.RESOURCE_EXHAUSTED, failure.reason(), DISK_FULL_RETRY_SECONDS);
            case STOPPING -> withRetry(Code.UNAVAILABLE, failure.reason(), STOPPING_RETRY_SECONDS);
            case BROKEN -> Status.UNAVAILABLE.withDescription(failure.reason()).asException();
        };
    }

    private static StatusException withRetry(Code code, String reason, int seconds) {
        RetryInfo retry =
                RetryInfo.newBuilder()
                        .setRetryDelay(Duration.newBuilder().setSeconds(seconds))
                        .build();
        return StatusProto.toStatusException(
                com.google.rpc.Status.newBuilder()
                        .setCode(code.getNumber())
                        .setMessage(reason)
                        .addDetails(Any.pack(retry))
                        .build());
    }

    /// A request on its way to the disk, and its response on its way back.
    private final class Receipt extends Submission {

        private final long sequence;

        /// What was wrong before the batch was made, in order of index in the request.
        private final List<Rejection> rejectedHere;

        Receipt(WriteRequest request, ReadingBatch batch, List<Rejection> rejectedHere) {
            super(Source.GRPC, batch, request.getSerializedSize());
            this.sequence = request.getSequence();
            this.rejectedHere = rejectedHere;
        }

        @Override
        protected void durable(List<Refusal> refusals) {
            WriteResponse.Builder response = WriteResponse.newBuilder().setSequence(sequence);
            merge(refusals, response);
            answered(response.build());
        }

        @Override
        protected void failed(Failure failure) {
            WriteCall.this.failed(failure);
        }

        /// Refusals count in the batch, which lacks what was rejected here: reading `r` of the batch
        /// was reading `r + k` of the request, where `k` were rejected before it.
        private void merge(List<Refusal> refusals, WriteResponse.Builder response) {
            int here = 0;
            for (Refusal refusal : refusals) {
                while (here < rejectedHere.size()
                        && rejectedHere.get(here).getIndex() <= refusal.index() + here) {
                    response.addRejections(rejectedHere.get(here++));
                }
                response.addRejections(
                        rejection(
                                refusal.index() + here,
                                refusal.reason(),
                                response.getRejectionsCount()));
            }
            while (here < rejectedHere.size()) {
                response.addRejections(rejectedHere.get(here++));
            }
        }
    }
}
