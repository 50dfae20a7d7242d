package io.riacho.mqtt.connection;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Watches that a packet comes from a client at least every 1.5 times its keep-alive [MQTT-3.1.2-22].
/// While its socket is not read the time stands still: it may well have sent its PINGREQ. For the
/// connection's event loop.
final class KeepAlive {

    private static final long CHECK_NANOS_MIN = 1_000_000;

    private final EventLoop loop;
    private final long limitNanos;
    private final BooleanSupplier paused;
    private final Runnable missed;
    private long lastReadNanos = System.nanoTime();
    private @Nullable Future<?> check;

    /// @param seconds the keep-alive, at least 1
    /// @param paused whether the socket is not read now
    /// @param missed what to do when nothing came
    KeepAlive(EventLoop loop, int seconds, BooleanSupplier paused, Runnable missed) {
        this.loop = loop;
        this.limitNanos = TimeUnit.SECONDS.toNanos(seconds) * 3 / 2;
        this.paused = paused;
        this.missed = missed;
        checkIn(limitNanos);
    }

    /// A packet came, or the socket is read again.
    void alive() {
        lastReadNanos = System.nanoTime();
    }

    void stop() {
        if (check != null) {
            check.cancel(false);
            check = null;
        }
    }

    private void checkIn(long delayNanos) {
        check =
                loop.schedule(
                        this::check, Math.max(CHECK_NANOS_MIN, delayNanos), TimeUnit.NANOSECONDS);
    }

    private void check() {
        long now = System.nanoTime();
        if (paused.getAsBoolean()) {
            lastReadNanos = now;
        }
        long leftNanos = lastReadNanos + limitNanos - now;
        if (leftNanos <= 0) {
            check = null;
            missed.run();
        } else {
            checkIn(leftNanos);
        }
    }
}
