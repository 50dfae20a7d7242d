package io.riacho.doors.grpc;

import static org.awaitility.Awaitility.await;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The answers that a client got on one call: its messages, how it ended, and when it takes more.
final class Answers<Q, A> implements ClientResponseObserver<Q, A> {

    private final List<A> messages = new ArrayList<>();
    private final boolean manual;
    private @Nullable ClientCallStreamObserver<Q> call;
    private @Nullable Status status;
    private @Nullable Metadata trailers;

    private Answers(boolean manual) {
        this.manual = manual;
    }

    /// A client that takes everything.
    static <Q, A> Answers<Q, A> taken() {
        return new Answers<>(false);
    }

    /// A client that takes a message when [#take(int)] says so.
    static <Q, A> Answers<Q, A> takenWhenTold() {
        return new Answers<>(true);
    }

    @Override
    public synchronized void beforeStart(ClientCallStreamObserver<Q> started) {
        call = started;
        if (manual) {
            started.disableAutoRequestWithInitial(0);
        }
    }

    @Override
    public synchronized void onNext(A message) {
        messages.add(message);
    }

    @Override
    public synchronized void onError(Throwable thrown) {
        status = Status.fromThrowable(thrown);
        Metadata with = Status.trailersFromThrowable(thrown);
        trailers = with == null ? new Metadata() : with;
    }

    @Override
    public synchronized void onCompleted() {
        status = Status.OK;
    }

    ClientCallStreamObserver<Q> call() {
        ClientCallStreamObserver<Q> begun = call;
        if (begun == null) {
            throw new IllegalStateException("the call has not begun");
        }
        return begun;
    }

    void take(int count) {
        call().request(count);
    }

    synchronized List<A> messages() {
        return List.copyOf(messages);
    }

    synchronized @Nullable Status status() {
        return status;
    }

    synchronized @Nullable Metadata trailers() {
        return trailers;
    }

    List<A> awaitMessages(int count) {
        await().pollInterval(Duration.ofMillis(2))
                .atMost(Duration.ofSeconds(20))
                .until(() -> messages().size() >= count);
        return messages();
    }

    Status awaitEnd() {
        await().pollInterval(Duration.ofMillis(2))
                .atMost(Duration.ofSeconds(20))
                .until(() -> status() != null);
        Status end = status();
        return end == null ? Status.UNKNOWN : end;
    }
}
