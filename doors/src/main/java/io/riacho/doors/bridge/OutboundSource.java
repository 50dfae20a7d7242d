package io.riacho.doors.bridge;

import org.jspecify.annotations.Nullable;

/// Has the messages that are to be published at the other broker. It is asked for the next when
/// one may go, so what waits is the newest, however long the broker was away. Called on the
/// bridge's thread: must not block.
public interface OutboundSource {

    /// One message, QoS 1.
    interface Publication {
        String topic();

        /// Not to be changed.
        byte[] payload();

        /// The broker's PUBACK came.
        void acknowledged();

        /// It will not be sent, or nobody knows whether it was: the broker lost our session, or the message
        /// is none that may go there.
        void failed(String reason);
    }

    /// What either has, the first before the second.
    static OutboundSource first(OutboundSource first, OutboundSource second) {
        return new OutboundSource() {
            @Override
            public void onAvailable(Runnable wake) {
                first.onAvailable(wake);
                second.onAvailable(wake);
            }

            @Override
            public void connected() {
                first.connected();
                second.connected();
            }

            @Override
            public @Nullable Publication next() {
                Publication next = first.next();
                return next == null ? second.next() : next;
            }
        };
    }

    /// Registers the bridge that publishes from here; called once, before all else.
    ///
    /// @param wake called, on any thread, whenever there is something new: makes the bridge ask for
    ///     [#next()], and does not block
    void onAvailable(Runnable wake);

    /// Connected and subscribed, for the first time or again; [#next()] follows.
    void connected();

    /// The next message, or null: nothing until the source wakes the bridge.
    @Nullable Publication next();
}
