package io.riacho.mqtt.connection;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/// Accumulates the bytes that came from a socket and are not used yet, in one buffer: usually those of one
/// read, as they came; only what a read left over is copied. For the connection's event loop.
final class ReadBuffer {

    private @Nullable ByteBuf bytes;

    /// Takes what came over, behind what was left.
    ///
    /// @return all of it
    ByteBuf add(ByteBuf more, ByteBufAllocator allocator) {
        ByteBuf all = bytes == null ? more : join(bytes, more, allocator);
        bytes = all;
        return all;
    }

    private static ByteBuf join(ByteBuf before, ByteBuf more, ByteBufAllocator allocator) {
        ByteBuf all = before;
        int length = more.readableBytes();
        // A batch may still hold the buffer: then its bytes must stay where they are.
        if (before.refCnt() > 1 || before.isReadOnly()) {
            all = allocator.buffer(before.readableBytes() + length);
            all.writeBytes(before);
            before.release();
        } else if (before.readerIndex() > before.readableBytes()) {
            before.discardReadBytes();
        }
        all.writeBytes(more);
        more.release();
        return all;
    }

    @Nullable ByteBuf get() {
        return bytes;
    }

    /// Lets the buffer go when nothing is left in it, or when nobody will read it any more.
    void releaseIf(boolean over) {
        ByteBuf all = bytes;
        if (all != null && (over || !all.isReadable())) {
            bytes = null;
            all.release();
        }
    }
}
