package io.riacho.doors.tcp;

import io.netty.buffer.ByteBuf;

/// Things that the connections of one event loop share, so that a connection at rest costs little.
/// Confined to that event loop, but for [#receipts].
final class LineLoop {

    final LineDecoder decoder;
    final ReceiptLoop receipts;

    private byte[] scratch = new byte[16_384];

    LineLoop(LineDecoder decoder, ReceiptLoop receipts) {
        this.decoder = decoder;
        this.receipts = receipts;
    }

    /// The readable bytes as an array, from 0; valid until the next call.
    byte[] bytes(ByteBuf from) {
        int length = from.readableBytes();
        if (scratch.length < length) {
            scratch = new byte[Integer.highestOneBit(length - 1) << 1];
        }
        from.readBytes(scratch, 0, length);
        return scratch;
    }
}
