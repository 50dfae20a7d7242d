package io.riacho.pipeline.state.sessions;

import io.riacho.mqtt.session.SessionChange;
import io.riacho.pipeline.record.JournalRecord;
import io.riacho.pipeline.record.RecordKind;
import java.nio.ByteBuffer;
import java.util.List;

/// The record that changes MQTT sessions, by changes that belong together.
///
/// @param changes in order; not to be changed
/// @param bytes the same, each as `SessionChangeFormat` writes it; read-only
public record SessionsChanged(List<SessionChange> changes, ByteBuffer bytes)
        implements JournalRecord {
    @Override
    public RecordKind recordKind() {
        return RecordKind.SESSIONS_CHANGED;
    }
}
