package io.riacho.pipeline.state.sessions;

import io.riacho.mqtt.session.SessionImage;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/// Folds session records into the image of all MQTT sessions. The stream thread's.
public final class SessionFold {

    /// The first version of a snapshot with MQTT sessions.
    private static final int VERSION_SESSIONS = 3;

    private final SessionImage sessions = new SessionImage();
    private long bytesFolded;

    /// What the MQTT server remembers, for its start; the stream thread's afterwards.
    public SessionImage sessions() {
        return sessions;
    }

    /// Bytes of session changes that were folded in this process.
    public long bytesFolded() {
        return bytesFolded;
    }

    /// Folds one record. Nobody watches sessions, so `live` makes no difference.
    public void replay(long position, SessionsChanged record, boolean live) {
        record.changes().forEach(sessions::apply);
        bytesFolded += record.bytes().remaining();
    }

    /// Writes this part of a snapshot.
    public void writeTo(DataOutputStream out) throws IOException {
        SessionSnapshot.write(sessions, out);
    }

    /// Reads what [#writeTo] wrote, into a fold that is new.
    public void readFrom(DataInputStream in, int version) throws IOException {
        if (version >= VERSION_SESSIONS) {
            SessionSnapshot.read(in, sessions);
        }
    }
}
