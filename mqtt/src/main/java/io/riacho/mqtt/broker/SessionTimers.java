package io.riacho.mqtt.broker;

import io.netty.util.concurrent.Future;
import io.riacho.mqtt.packet.ConnectPacket;
import org.jspecify.annotations.Nullable;

/// The timers of a session while its client is away: the expiry of the session, and the delay of its will.
/// Behind the session's lock, since a client may come back at the very moment that a timer fires.
final class SessionTimers {

    private final Session session;
    private final Broker broker;
    private @Nullable Future<?> expiry;
    private @Nullable LeftWill will;
    private @Nullable Future<?> willTimer;

    SessionTimers(Session session, Broker broker) {
        this.session = session;
        this.broker = broker;
    }

    /// Ends the session so many seconds from now unless its client comes back.
    void expireIn(long seconds) {
        if (seconds >= ConnectPacket.NEVER_EXPIRES) {
            return;
        }
        synchronized (session) {
            if (expiry != null) {
                expiry.cancel(false);
            }
            expiry = broker.schedule(session::expire, seconds);
        }
    }

    /// Publishes a will, whose expiry counts from then, so many seconds from now, or when the session ends, unless its client comes
    /// back to it before.
    void delayWill(LeftWill left, long seconds) {
        synchronized (session) {
            will = left;
            willTimer = broker.schedule(this::publishWill, seconds);
        }
    }

    private void publishWill() {
        LeftWill due;
        synchronized (session) {
            due = will;
            will = null;
            willTimer = null;
        }
        if (due != null) {
            broker.publishWill(due);
        }
    }

    /// The client is back, or the session is over: nothing waits any longer.
    ///
    /// @param goesOn the client is back to the same session: a will that waits is not published
    ///     [MQTT-3.1.3-9]
    void ends(boolean goesOn) {
        synchronized (session) {
            if (expiry != null) {
                expiry.cancel(false);
                expiry = null;
            }
            if (willTimer != null) {
                willTimer.cancel(false);
                willTimer = null;
            }
            if (goesOn) {
                will = null;
            }
        }
        publishWill();
    }
}
