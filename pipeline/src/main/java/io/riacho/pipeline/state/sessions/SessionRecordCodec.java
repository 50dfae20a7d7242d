package io.riacho.pipeline.state.sessions;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.riacho.mqtt.session.SessionChange;
import io.riacho.mqtt.session.SessionChangeFormat;
import io.riacho.pipeline.record.RecordText;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// The fields of session records as bytes, behind the kind's code, as `docs/formats/records.md`
/// specifies them.
public final class SessionRecordCodec {

    private SessionRecordCodec() {}

    /// Bytes that are enough for the record's fields.
    public static int bytesMax(SessionsChanged record) {
        return 4 + record.bytes().remaining();
    }

    public static void write(SessionsChanged record, ByteBuffer to) {
        to.putInt(record.bytes().remaining()).put(record.bytes().duplicate());
    }

    public static SessionsChanged read(ByteBuffer in) {
        return record(RecordText.getBytes(in, in.getInt()));
    }

    /// The record of these bytes.
    ///
    /// @throws IllegalArgumentException or IndexOutOfBoundsException when they are no session changes
    public static SessionsChanged record(byte[] bytes) {
        List<SessionChange> changes = new ArrayList<>(4);
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        while (in.isReadable()) {
            changes.add(SessionChangeFormat.read(in));
        }
        return new SessionsChanged(changes, ByteBuffer.wrap(bytes).asReadOnlyBuffer());
    }
}
