package io.riacho.mqtt.connection;

import io.netty.buffer.ByteBuf;
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

    /// Sends what is left and closes the channel behind it.
    ///
    /// @return false when nothing is left: the caller may close at once
    boolean flushAndClose() {
        ByteBuf bytes = take();
        if (bytes == null) {
            context.flush();
            return false;
        }
        context.writeAndFlush(bytes).addListener(ChannelFutureListener.CLOSE);
        return true;
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
