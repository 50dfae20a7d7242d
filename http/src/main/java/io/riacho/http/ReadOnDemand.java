package io.riacho.http;

import io.netty.channel.Channel;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/// Hands on a connection's messages one at a time, each when it is asked for, and reads the socket only
/// when none waits. So at most what one read of the socket brought is held. On the event loop.
///
/// (Netty's FlowControlHandler is for that, but one message is left in it when a read is asked for from
/// within a read, in 4.2.17.)
final class ReadOnDemand {

    private final Channel channel;
    private final Consumer<Object> taker;
    private final ArrayDeque<Object> unread = new ArrayDeque<>(4);
    private boolean wanted;
    private boolean handingOver;

    /// @param taker gets each message, which is released afterwards
    ReadOnDemand(Channel channel, Consumer<Object> taker) {
        this.channel = channel;
        this.taker = taker;
    }

    /// A message was decoded.
    void came(Object message) {
        unread.add(message);
        handOver();
    }

    /// Asks for one more message: one that waits already, or else the socket's next.
    void want() {
        wanted = true;
        handOver();
    }

    private void handOver() {
        // A message that asks for the next one while it is taken is not nested, but comes back
        // here.
        if (handingOver) {
            return;
        }
        handingOver = true;
        try {
            Object next;
            while (wanted && (next = unread.poll()) != null) {
                wanted = false;
                try {
                    taker.accept(next);
                } finally {
                    ReferenceCountUtil.release(next);
                }
            }
        } finally {
            handingOver = false;
        }
        if (wanted) {
            channel.read();
        }
    }

    /// Drops what waits.
    void release() {
        unread.forEach(ReferenceCountUtil::release);
        unread.clear();
    }
}
