package io.riacho.pipeline;

import io.riacho.api.commands.Command;
import io.riacho.pipeline.JournalRecord.ClockTick;
import io.riacho.pipeline.JournalRecord.CommandMoved;
import io.riacho.pipeline.JournalRecord.DevicesChanged;
import io.riacho.pipeline.JournalRecord.ManuallyOrdered;
import io.riacho.pipeline.JournalRecord.ManuallyOrdered.Mode;
import io.riacho.pipeline.JournalRecord.Readings;
import io.riacho.pipeline.JournalRecord.Resolved;
import io.riacho.pipeline.JournalRecord.RulesSet;
import io.riacho.pipeline.JournalRecord.SealedUpTo;
import io.riacho.pipeline.JournalRecord.SeriesDefined;
import io.riacho.pipeline.JournalRecord.SessionsChanged;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Journal records as bytes, as `docs/formats/records.md` specifies them: one type byte, then the
/// fields, little-endian. Not safe for use by several threads.
final class RecordCodec {

    private static final byte SERIES_DEFINED = 1;
    private static final byte READINGS = 2;
    private static final byte RESOLVED = 3;
    private static final byte SEALED_UP_TO = 4;
    private static final byte CLOCK_TICK = 5;
    private static final byte RULES_SET = 6;
    private static final byte COMMAND_MOVED = 7;
    private static final byte SESSIONS_CHANGED = 8;
    private static final byte MANUALLY_ORDERED = 9;
    private static final byte DEVICES_CHANGED = 10;

    private static final int HAS_GIVEN = 1;
    private static final int HAS_UNITS = 2;

    /// Bytes of a reading in [Readings], without its unit: series, timestamp, value, given.
    private static final int READING_BYTES = 4 + 8 + 8 + 1;

    private static final int READINGS_HEADER_BYTES = 1 + 1 + 1 + 8 + 4;

    private RecordCodec() {}

    /// Bytes that are enough for the record.
    static int bytesMax(JournalRecord record) {
        return switch (record) {
            case SeriesDefined r -> 1 + 4 + textMax(r.sensor()) + textMax(r.metric());
            case Readings r -> readingsBytesMax(r);
            case Resolved _ -> 1 + 4 + 8 + 1 + 8;
            case SealedUpTo _ -> 1 + 8;
            case ClockTick _ -> 1 + 8;
            case RulesSet r -> 1 + 4 + r.definitions().remaining();
            case CommandMoved r ->
                    1 + textMax(r.device()) + textMax(r.commandId()) + textMax("") + 12 + 8 + 8;
            case DevicesChanged r -> 1 + DeviceEventCodec.bytesMax(r.event());
            case ManuallyOrdered r -> 1 + textMax("") + 12 + 4 + 8 + 8 + textsMax(r.devices());
            case SessionsChanged r -> 1 + 4 + r.bytes().remaining();
        };
    }

    private static int readingsBytesMax(Readings r) {
        int bytes = READINGS_HEADER_BYTES + r.size() * READING_BYTES;
        @Nullable String[] units = r.units();
        if (units != null) {
            for (int i = 0; i < r.size(); i++) {
                String unit = units[i];
                bytes += textMax(unit == null ? "" : unit);
            }
        }
        return bytes;
    }

    static int textMax(String text) {
        return 2 + 3 * text.length();
    }

    static int textsMax(List<String> texts) {
        int bytes = 2;
        for (String each : texts) {
            bytes += textMax(each);
        }
        return bytes;
    }

    /// Appends the record's bytes. The buffer must be little-endian with room for [#bytesMax].
    static void write(JournalRecord record, ByteBuffer to) {
        switch (record) {
            case SeriesDefined r -> {
                to.put(SERIES_DEFINED).putInt(r.number());
                putText(to, r.sensor());
                putText(to, r.metric());
            }
            case Readings r -> writeReadings(r, to);
            case Resolved r ->
                    to.put(RESOLVED)
                            .putInt(r.series())
                            .putLong(r.of())
                            .put((byte) (r.found() ? 1 : 0))
                            .putDouble(r.keptValue());
            case SealedUpTo r -> to.put(SEALED_UP_TO).putLong(r.upTo());
            case ClockTick r -> to.put(CLOCK_TICK).putLong(r.timeMicros());
            case RulesSet r -> {
                to.put(RULES_SET).putInt(r.definitions().remaining());
                to.put(r.definitions().duplicate());
            }
            case CommandMoved r -> {
                to.put(COMMAND_MOVED);
                putText(to, r.device());
                putText(to, r.commandId());
                putText(to, r.state().name().toLowerCase(Locale.ROOT));
                to.putLong(r.atMicros()).putLong(r.expiresAtMicros());
            }
            case DevicesChanged r -> {
                to.put(DEVICES_CHANGED);
                DeviceEventCodec.write(r.event(), to);
            }
            case ManuallyOrdered r -> {
                to.put(MANUALLY_ORDERED);
                putText(to, r.mode().name().toLowerCase(Locale.ROOT));
                to.putInt(r.priority()).putLong(r.atMicros()).putLong(r.untilMicros());
                putTexts(to, r.devices());
            }
            case SessionsChanged r -> {
                to.put(SESSIONS_CHANGED).putInt(r.bytes().remaining());
                to.put(r.bytes().duplicate());
            }
        }
    }

    private static void writeReadings(Readings r, ByteBuffer to) {
        boolean[] given = r.given();
        @Nullable String[] units = r.units();
        int size = r.size();
        int flags = (given != null ? HAS_GIVEN : 0) | (units != null ? HAS_UNITS : 0);
        to.put(READINGS).put((byte) flags).put((byte) r.source());
        to.putLong(r.receivedAtMicros()).putInt(size);
        to.asIntBuffer().put(r.series(), 0, size);
        to.position(to.position() + 4 * size);
        to.asLongBuffer().put(r.timestamps(), 0, size);
        to.position(to.position() + 8 * size);
        to.asDoubleBuffer().put(r.values(), 0, size);
        to.position(to.position() + 8 * size);
        if (given != null) {
            for (int i = 0; i < size; i++) {
                to.put((byte) (given[i] ? 1 : 0));
            }
        }
        if (units != null) {
            for (int i = 0; i < size; i++) {
                String unit = units[i];
                putText(to, unit == null ? "" : unit);
            }
        }
    }

    /// Reads the next record.
    ///
    /// @throws CorruptRecordException when the bytes are no record of this version: they passed their
    ///     checksum, so they were written by another version or by a mistake
    static JournalRecord read(ByteBuffer from) {
        ByteBuffer in = from.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        try {
            JournalRecord record = readRecord(in);
            from.position(in.position());
            return record;
        } catch (BufferUnderflowException
                | IndexOutOfBoundsException
                | IllegalArgumentException e) {
            throw new CorruptRecordException("a journal record ends early or is malformed", e);
        }
    }

    private static JournalRecord readRecord(ByteBuffer in) {
        byte type = in.get();
        return switch (type) {
            case SERIES_DEFINED -> new SeriesDefined(in.getInt(), getText(in), getText(in));
            case READINGS -> readReadings(in);
            case RESOLVED -> new Resolved(in.getInt(), in.getLong(), in.get() != 0, in.getDouble());
            case SEALED_UP_TO -> new SealedUpTo(in.getLong());
            case CLOCK_TICK -> new ClockTick(in.getLong());
            case RULES_SET -> {
                byte[] definitions = new byte[checkedLength(in, in.getInt())];
                in.get(definitions);
                yield new RulesSet(ByteBuffer.wrap(definitions).asReadOnlyBuffer());
            }
            case SESSIONS_CHANGED -> {
                byte[] changes = new byte[checkedLength(in, in.getInt())];
                in.get(changes);
                yield SessionLog.record(changes);
            }
            case COMMAND_MOVED ->
                    new CommandMoved(
                            getText(in),
                            getText(in),
                            Command.State.valueOf(getText(in).toUpperCase(Locale.ROOT)),
                            in.getLong(),
                            in.getLong());
            case DEVICES_CHANGED -> new DevicesChanged(DeviceEventCodec.read(in));
            case MANUALLY_ORDERED -> {
                Mode mode = Mode.valueOf(getText(in).toUpperCase(Locale.ROOT));
                int priority = in.getInt();
                long at = in.getLong();
                long until = in.getLong();
                yield new ManuallyOrdered(getTexts(in), mode, priority, at, until);
            }
            default ->
                    throw new CorruptRecordException(
                            "unknown journal record type "
                                    + type
                                    + "; it may come from a newer Riacho",
                            null);
        };
    }

    private static Readings readReadings(ByteBuffer in) {
        int flags = in.get();
        int source = in.get();
        long receivedAt = in.getLong();
        int size = in.getInt();
        if (size < 1 || size > in.remaining() / (READING_BYTES - 1)) {
            throw new IllegalArgumentException("a readings record of " + size);
        }
        int[] series = new int[size];
        in.asIntBuffer().get(series);
        in.position(in.position() + 4 * size);
        long[] timestamps = new long[size];
        in.asLongBuffer().get(timestamps);
        in.position(in.position() + 8 * size);
        double[] values = new double[size];
        in.asDoubleBuffer().get(values);
        in.position(in.position() + 8 * size);
        boolean[] given = null;
        if ((flags & HAS_GIVEN) != 0) {
            given = new boolean[size];
            for (int i = 0; i < size; i++) {
                given[i] = in.get() != 0;
            }
        }
        @Nullable String[] units = null;
        if ((flags & HAS_UNITS) != 0) {
            units = new @Nullable String[size];
            for (int i = 0; i < size; i++) {
                String unit = getText(in);
                units[i] = unit.isEmpty() ? null : unit;
            }
        }
        return new Readings(source, receivedAt, size, series, timestamps, values, given, units);
    }

    private static int checkedLength(ByteBuffer in, int length) {
        if (length < 0 || length > in.remaining()) {
            throw new IllegalArgumentException("a text of " + length + " bytes");
        }
        return length;
    }

    static void putText(ByteBuffer to, String text) {
        int at = to.position();
        to.putShort((short) 0);
        // Ids are ASCII nearly always; that way spares an array.
        int length = text.length();
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                to.position(at + 2);
                to.put(text.getBytes(StandardCharsets.UTF_8));
                break;
            }
            to.put((byte) c);
        }
        int bytes = to.position() - at - 2;
        if (bytes > 0xFFFF) {
            throw new IllegalArgumentException("a text of " + bytes + " bytes in a journal record");
        }
        to.putShort(at, (short) bytes);
    }

    static void putTexts(ByteBuffer to, List<String> texts) {
        to.putShort((short) texts.size());
        for (String each : texts) {
            putText(to, each);
        }
    }

    static List<String> getTexts(ByteBuffer in) {
        int count = in.getShort() & 0xFFFF;
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            texts.add(getText(in));
        }
        return List.copyOf(texts);
    }

    static String getText(ByteBuffer in) {
        byte[] bytes = new byte[checkedLength(in, in.getShort() & 0xFFFF)];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
