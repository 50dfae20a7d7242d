package io.riacho.pipeline.state.sessions;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.riacho.mqtt.session.SessionChangeFormat;
import io.riacho.mqtt.session.SessionImage;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/// MQTT sessions in a snapshot: the changes that rebuild them, each behind its length in bytes (`int`);
/// a length of 0 ends them.
final class SessionSnapshot {

    private static final int ENCODE_BYTES_FIRST = 1024;

    private SessionSnapshot() {}

    static void write(SessionImage sessions, DataOutputStream out) throws IOException {
        ByteBuf change = Unpooled.buffer(ENCODE_BYTES_FIRST);
        try {
            sessions.forEach(each -> {
                change.clear();
                SessionChangeFormat.write(each, change);
                try {
                    out.writeInt(change.readableBytes());
                    out.write(change.array(), 0, change.readableBytes());
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        out.writeInt(0);
    }

    /// Reads what [#write] wrote into an image that is empty.
    static void read(DataInputStream in, SessionImage into) throws IOException {
        for (int length = in.readInt(); length != 0; length = in.readInt()) {
            byte[] change = in.readNBytes(length);
            try {
                into.apply(SessionChangeFormat.read(Unpooled.wrappedBuffer(change)));
            } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
                throw new IOException("a session in the snapshot cannot be read", e);
            }
        }
    }
}
