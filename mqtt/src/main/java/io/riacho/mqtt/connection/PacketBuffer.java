package io.riacho.mqtt.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/// Gathers the packets on their way to one client in one buffer, so that a read is answered with one write
/// and one flush. For the connection's event loop.
final class PacketBuffer {

    private static final int BYTES_FIRST = 256;

    private final ChannelHandlerContext context;
    private final ClientCounters counters;
    private @Nullable ByteBuf gathered;
    private boolean unflushed;

    PacketBuffer(ChannelHandlerContext context, ClientCounters counters) {
        this.context = context;
        this.counters = counters;
    }

    /// Where to write packets.
    ///
    /// @param bytes how many are expected; the buffer grows
    ByteBuf buffer(int bytes) {
        ByteBuf current = gathered;
        if (current == null) {
            current = context.alloc().buffer(Math.max(BYTES_FIRST, bytes));
            gathered = current;
        }
        return current;
    }

    /// Hands what was gathered to the socket, not yet flushed.
    void write() {
        ByteBuf bytes = take();
        if (bytes != null) {
            unflushed = true;
            context.write(bytes).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
        }
    }

    void flush() {
        write();
        if (unflushed) {
            unflushed = false;
            context.flush();
        }
    }

    /// Sends what is left.
    ///
    /// @param then told whether it went out
    void flushAndFinish(BooleanConsumer then) {
        ByteBuf bytes = take();
        context.writeAndFlush(bytes == null ? Unpooled.EMPTY_BUFFER : bytes)
                .addListener(
                        // Not within Netty's flush: the output may be shut down for it.
                        sent -> context.executor().execute(() -> then.accept(sent.isSuccess())));
    }

    /// Told yes or no.
    interface BooleanConsumer {
        void accept(boolean value);
    }

    private @Nullable ByteBuf take() {
        ByteBuf bytes = gathered;
        gathered = null;
        if (bytes == null || !bytes.isReadable()) {
            if (bytes != null) {
                bytes.release();
            }
            return null;
        }
        counters.written(bytes.readableBytes());
        return bytes;
    }

    /// Forgets what was gathered: the channel is closed.
    void discard() {
        if (gathered != null) {
            gathered.release();
            gathered = null;
        }
    }
}
