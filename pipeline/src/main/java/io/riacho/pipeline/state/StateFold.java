package io.riacho.pipeline.state;

import io.riacho.pipeline.record.JournalRecord;
import io.riacho.pipeline.snapshot.GrowingBytes;
import io.riacho.pipeline.state.commands.CommandFold;
import io.riacho.pipeline.state.commands.CommandRecord;
import io.riacho.pipeline.state.devices.DeviceEvent;
import io.riacho.pipeline.state.devices.DeviceEventFold;
import io.riacho.pipeline.state.series.SeriesFold;
import io.riacho.pipeline.state.series.SeriesRecord;
import io.riacho.pipeline.state.series.SeriesRecord.ClockTick;
import io.riacho.pipeline.state.sessions.SessionFold;
import io.riacho.pipeline.state.sessions.SessionsChanged;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/// The server's state as a fold over the journal: hands each record to the fold that it is for.
///
/// The same call folds a record when it is replayed and when it has just become durable; `live` only
/// decides whether anybody is told. One thread.
public final class StateFold {

    private static final int SNAPSHOT_VERSION = 5;
    private static final int SNAPSHOT_BYTES_FIRST = 64 << 10;

    private final SeriesFold series;
    private final CommandFold commands;
    private final SessionFold sessions;
    private final DeviceEventFold devices;
    private long position = -1;
    private boolean live;

    /// As long as the last one: the next will hardly be longer.
    private int snapshotBytesFirst = SNAPSHOT_BYTES_FIRST;

    public StateFold(
            SeriesFold series,
            CommandFold commands,
            SessionFold sessions,
            DeviceEventFold devices) {
        this.series = series;
        this.commands = commands;
        this.sessions = sessions;
        this.devices = devices;
    }

    /// From here on devices and watchers are told.
    public void goLive() {
        live = true;
    }

    /// The position of the last record that was folded, -1 before the first.
    public long position() {
        return position;
    }

    public SeriesFold series() {
        return series;
    }

    public CommandFold commands() {
        return commands;
    }

    public SessionFold sessions() {
        return sessions;
    }

    /// Whether something waits for time to pass.
    public boolean needsTicks() {
        return series.needsTicks() || commands.needsTicks();
    }

    /// Folds one record.
    ///
    /// @param at the position of the record, or of its first reading
    public void replay(long at, JournalRecord record) {
        switch (record.recordKind()) {
            case SERIES_DEFINED, READINGS, RESOLVED, SEALED_UP_TO, RULES_SET ->
                    series.replay(at, (SeriesRecord) record, live);
            case CLOCK_TICK -> {
                ClockTick tick = (ClockTick) record;
                series.replay(at, tick, live);
                commands.tick(at, tick.timeMicros(), live);
            }
            case COMMAND_MOVED, MANUALLY_ORDERED, COMMAND_EXPIRY_SET ->
                    commands.replay(at, (CommandRecord) record, live);
            case SESSIONS_CHANGED -> sessions.replay(at, (SessionsChanged) record, live);
            case DEVICES_CHANGED -> devices.replay(at, (DeviceEvent) record, live);
        }
        position = at + record.positions() - 1;
    }

    /// The whole state, for a snapshot at [#position()].
    public byte[] snapshot() {
        GrowingBytes bytes = new GrowingBytes(snapshotBytesFirst);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeInt(SNAPSHOT_VERSION);
            out.writeLong(position);
            series.writeTo(out);
            commands.writeTo(out);
            sessions.writeTo(out);
            devices.writeTo(out);
            out.flush();
            byte[] snapshot = bytes.toByteArray();
            snapshotBytesFirst = Math.max(SNAPSHOT_BYTES_FIRST, snapshot.length);
            return snapshot;
        } catch (IOException e) {
            throw new IllegalStateException("writing to memory failed", e);
        }
    }

    /// Restores what [#snapshot()] wrote, into a fold that is new.
    public void restore(byte[] snapshot) throws IOException {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(snapshot))) {
            int version = in.readInt();
            if (version < 1 || version > SNAPSHOT_VERSION) {
                throw new IOException("a snapshot of version " + version + " cannot be read");
            }
            long at = in.readLong();
            series.readFrom(in);
            commands.readFrom(in, version);
            sessions.readFrom(in, version);
            devices.readFrom(in, version);
            position = at;
        }
    }
}
