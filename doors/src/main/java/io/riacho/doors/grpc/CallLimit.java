package io.riacho.doors.grpc;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.concurrent.atomic.AtomicInteger;

/// Refuses the calls past a number over all connections of a door.
final class CallLimit implements ServerInterceptor {

    private final int callsMax;
    private final AtomicInteger open = new AtomicInteger();

    CallLimit(int callsMax) {
        this.callsMax = callsMax;
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        if (open.incrementAndGet() > callsMax) {
            open.decrementAndGet();
            call.close(
                    Status.RESOURCE_EXHAUSTED.withDescription(
                            "the server serves " + callsMax + " calls at once, and no more"),
                    new Metadata());
            return new ServerCall.Listener<>() {};
        }
        return new Counted<>(next.startCall(call, headers));
    }

    int open() {
        return open.get();
    }

    /// Exactly one of `onCancel` and `onComplete` ends every call.
    private final class Counted<Q> extends SimpleForwardingServerCallListener<Q> {

        Counted(ServerCall.Listener<Q> delegate) {
            super(delegate);
        }

        @Override
        public void onCancel() {
            open.decrementAndGet();
            super.onCancel();
        }

        @Override
        public void onComplete() {
            open.decrementAndGet();
            super.onComplete();
        }
    }
}
