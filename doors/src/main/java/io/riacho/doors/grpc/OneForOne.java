package io.riacho.doors.grpc;

import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;

/// A call in which each message is answered at once by one message.
///
/// It reads at most [#WINDOW] messages ahead of what its client takes: when answers pile up, no more
/// messages are asked for, and flow control stops the sender. Messages are asked for in lots, since
/// asking costs about as much as answering. Used by the thread of its call only.
abstract class OneForOne<Q, A> implements StreamObserver<Q> {

    /// Messages that the client may have sent beyond those answered.
    private static final int WINDOW = 128;

    /// Messages that are asked for at once.
    private static final int LOT = WINDOW / 4;

    private final ServerCallStreamObserver<A> call;
    private int answeredSinceAsked;
    private boolean ended;

    OneForOne(StreamObserver<A> call) {
        this.call = (ServerCallStreamObserver<A>) call;
        this.call.disableAutoRequest();
        this.call.setOnReadyHandler(this::ask);
        this.call.setOnCancelHandler(() -> ended = true);
        this.call.request(WINDOW);
    }

    /// The answer to a message.
    ///
    /// @throws StatusException ends the call with that status
    abstract A answer(Q message) throws StatusException;

    /// The status for a message that is wrong.
    static StatusException invalid(String reason) {
        return Status.INVALID_ARGUMENT.withDescription(reason).asException();
    }

    @Override
    public final void onNext(Q message) {
        if (ended) {
            return;
        }
        A answer;
        try {
            answer = answer(message);
        } catch (StatusException e) {
            ended = true;
            call.onError(e);
            return;
        }
        call.onNext(answer);
        if (++answeredSinceAsked >= LOT && call.isReady()) {
            ask();
        }
    }

    private void ask() {
        int count = answeredSinceAsked;
        if (count > 0 && !ended) {
            answeredSinceAsked = 0;
            call.request(count);
        }
    }

    @Override
    public final void onError(Throwable thrown) {
        ended = true;
    }

    @Override
    public final void onCompleted() {
        if (!ended) {
            ended = true;
            call.onCompleted();
        }
    }
}
