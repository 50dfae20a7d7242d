package io.riacho.pipeline.state;

import io.riacho.pipeline.record.CorruptRecordException;
import io.riacho.pipeline.record.JournalRecord;
import io.riacho.pipeline.record.RecordKind;
import io.riacho.pipeline.state.commands.CommandRecord;
import io.riacho.pipeline.state.commands.CommandRecordCodec;
import io.riacho.pipeline.state.devices.DeviceEvent;
import io.riacho.pipeline.state.devices.DeviceEventCodec;
import io.riacho.pipeline.state.series.SeriesRecord;
import io.riacho.pipeline.state.series.SeriesRecordCodec;
import io.riacho.pipeline.state.sessions.SessionRecordCodec;
import io.riacho.pipeline.state.sessions.SessionsChanged;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Journal records as bytes, as `docs/formats/records.md` specifies them: the kind's code in one
/// byte, then the fields, little-endian, by the codec of the record's folder.
public final class RecordCodec {

    private RecordCodec() {}

    /// Bytes that are enough for the record.
    public static int bytesMax(JournalRecord record) {
        return 1
                + switch (record.recordKind()) {
                    case SERIES_DEFINED, READINGS, RESOLVED, SEALED_UP_TO, CLOCK_TICK, RULES_SET ->
                            SeriesRecordCodec.bytesMax((SeriesRecord) record);
                    case COMMAND_MOVED, MANUALLY_ORDERED, COMMAND_EXPIRY_SET ->
                            CommandRecordCodec.bytesMax((CommandRecord) record);
                    case SESSIONS_CHANGED -> SessionRecordCodec.bytesMax((SessionsChanged) record);
                    case DEVICES_CHANGED -> DeviceEventCodec.bytesMax((DeviceEvent) record);
                };
    }

    /// Appends the record's bytes. The buffer must be little-endian with room for [#bytesMax].
    public static void write(JournalRecord record, ByteBuffer to) {
        RecordKind kind = record.recordKind();
        to.put(kind.code());
        switch (kind) {
            case SERIES_DEFINED, READINGS, RESOLVED, SEALED_UP_TO, CLOCK_TICK, RULES_SET ->
                    SeriesRecordCodec.write((SeriesRecord) record, to);
            case COMMAND_MOVED, MANUALLY_ORDERED, COMMAND_EXPIRY_SET ->
                    CommandRecordCodec.write((CommandRecord) record, to);
            case SESSIONS_CHANGED -> SessionRecordCodec.write((SessionsChanged) record, to);
            case DEVICES_CHANGED -> DeviceEventCodec.write((DeviceEvent) record, to);
        }
    }

    /// Reads the next record and advances the buffer.
    ///
    /// @throws CorruptRecordException when the bytes are no record that this version knows
    public static JournalRecord read(ByteBuffer from) {
        ByteBuffer in = from.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        try {
            JournalRecord record = read(RecordKind.ofCode(in.get()), in);
            from.position(in.position());
            return record;
        } catch (BufferUnderflowException
                | IndexOutOfBoundsException
                | IllegalArgumentException e) {
            throw new CorruptRecordException("a journal record ends early or is malformed", e);
        }
    }

    private static JournalRecord read(RecordKind kind, ByteBuffer in) {
        return switch (kind) {
            case SERIES_DEFINED -> SeriesRecordCodec.readDefined(in);
            case READINGS -> SeriesRecordCodec.readReadings(in);
            case RESOLVED -> SeriesRecordCodec.readResolved(in);
            case SEALED_UP_TO -> SeriesRecordCodec.readSealed(in);
            case CLOCK_TICK -> SeriesRecordCodec.readTick(in);
            case RULES_SET -> SeriesRecordCodec.readRules(in);
            case COMMAND_MOVED -> CommandRecordCodec.readMoved(in);
            case MANUALLY_ORDERED -> CommandRecordCodec.readOrdered(in);
            case COMMAND_EXPIRY_SET -> CommandRecordCodec.readExpiry(in);
            case SESSIONS_CHANGED -> SessionRecordCodec.read(in);
            case DEVICES_CHANGED -> DeviceEventCodec.read(in);
        };
    }
}
