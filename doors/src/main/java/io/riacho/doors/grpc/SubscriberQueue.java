package io.riacho.doors.grpc;

import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/// Carries values from threads that must not wait to one subscriber's call.
///
/// It keeps at most `queueMax` values for a subscriber that does not take them; then it drops what it
/// keeps, counts it as missed and goes on with the newest. No thread belongs to it: values are sent
/// by the executor, one task at a time, and by the call's own thread when it becomes ready again.
/// Safe for use by many threads. [#offer] holds a lock for a few instructions only.
final class SubscriberQueue<T> {

    /// How many values a subscriber missed; in the trailers of every call that the server ends.
    static final Metadata.Key<String> MISSED =
            Metadata.Key.of("riacho-missed", Metadata.ASCII_STRING_MARSHALLER);

    private final ServerCallStreamObserver<T> call;
    private final Executor executor;
    private final int queueMax;
    private final ArrayDeque<T> queue = new ArrayDeque<>(2);

    /// How many may still be sent; [Long#MAX_VALUE]: any number.
    private long remaining;

    private long missed;

    /// A thread is sending, or a task that will is with the executor.
    private boolean sending;

    /// Nothing may be taken any more; the call is closed by whoever sets it.
    private boolean ended;

    /// The status to end with as soon as nobody is sending.
    private @Nullable Status ending;

    private @Nullable Runnable onEnd;

    /// Made while the call's method is running.
    ///
    /// @param limit ends the call after so many values; 0: never
    SubscriberQueue(ServerCallStreamObserver<T> call, Executor executor, int queueMax, long limit) {
        this.call = call;
        this.executor = executor;
        this.queueMax = queueMax;
        this.remaining = limit == 0 ? Long.MAX_VALUE : limit;
        call.setOnReadyHandler(this::onReady);
        call.setOnCancelHandler(this::onCancel);
    }

    /// What frees the subscriber's place: run once, when the call ends for whatever reason; at once
    /// when it has ended already.
    void whenEnded(Runnable action) {
        synchronized (this) {
            if (!ended) {
                onEnd = action;
                return;
            }
        }
        action.run();
    }

    /// Hands a value over.
    void offer(T value) {
        synchronized (this) {
            if (ended || ending != null) {
                return;
            }
            if (queue.size() >= queueMax) {
                missed += queue.size();
                queue.clear();
            }
            queue.add(value);
            if (sending || !call.isReady()) {
                return;
            }
            sending = true;
        }
        executor.execute(this::send);
    }

    /// Ends the call with a status, after what is being sent.
    void end(Status status) {
        synchronized (this) {
            if (ended || ending != null) {
                return;
            }
            ending = status;
            if (sending) {
                return;
            }
            sending = true;
        }
        send();
    }

    private void onReady() {
        synchronized (this) {
            if (ended || sending) {
                return;
            }
            sending = true;
        }
        send();
    }

    private void onCancel() {
        finish();
    }

    /// Sends what is queued while the call is ready. Only ever run by the one who set `sending`.
    private void send() {
        while (true) {
            T value;
            Status status;
            synchronized (this) {
                if (ended) {
                    sending = false;
                    return;
                }
                status = remaining == 0 ? Status.OK : ending;
                value = status == null && call.isReady() ? queue.poll() : null;
                if (status == null && value == null) {
                    sending = false;
                    return;
                }
                remaining -= value != null && remaining != Long.MAX_VALUE ? 1 : 0;
            }
            if (value == null) {
                close(status);
                return;
            }
            call.onNext(value);
        }
    }

    private void close(@Nullable Status status) {
        Metadata trailers = new Metadata();
        synchronized (this) {
            trailers.put(MISSED, Long.toString(missed));
        }
        if (finish()) {
            // A status of OK is no error to gRPC; this is how trailers go with it.
            call.onError((status == null ? Status.OK : status).asException(trailers));
        }
    }

    /// @return whether this call ended it
    private boolean finish() {
        Runnable action;
        synchronized (this) {
            if (ended) {
                return false;
            }
            ended = true;
            queue.clear();
            action = onEnd;
            onEnd = null;
        }
        if (action != null) {
            action.run();
        }
        return true;
    }
}
