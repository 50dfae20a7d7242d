package io.riacho.core.stream;

import io.riacho.core.model.Reading;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/// Writes and reads the parts of states: numbers in as few bytes as they need, readings in full.
final class StateCodec {

    private StateCodec() {}

    /// LEB128: seven bits a byte, the lowest first; 1 byte for 0 to 127, 10 for negative numbers.
    static void writeVarint(DataOutput out, long value) throws IOException {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out.writeByte((int) (rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        out.writeByte((int) rest);
    }

    static long readVarint(DataInput in) throws IOException {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte read = in.readByte();
            value |= (long) (read & 0x7F) << shift;
            if (read >= 0) {
                return value;
            }
        }
        throw new IOException("damaged state: a number of more than ten bytes");
    }

    /// Small numbers of either sign in few bytes.
    static void writeSigned(DataOutput out, long value) throws IOException {
        writeVarint(out, (value << 1) ^ (value >> 63));
    }

    static long readSigned(DataInput in) throws IOException {
        long raw = readVarint(in);
        return (raw >>> 1) ^ -(raw & 1);
    }

    /// A number of things that follow. Readers must not reserve room by it: what follows may be
    /// shorter, and then the input ends early.
    static int readCount(DataInput in, long max, String what) throws IOException {
        long count = readVarint(in);
        if (count < 0 || count > max) {
            throw new IOException("damaged state: " + count + " " + what);
        }
        return (int) count;
    }

    static void writeReading(DataOutput out, Reading reading) throws IOException {
        out.writeDouble(reading.value());
        out.writeLong(reading.timestampMicros());
        String unit = reading.unit();
        out.writeBoolean(unit != null);
        if (unit != null) {
            out.writeUTF(unit);
        }
        out.writeInt(reading.source());
        out.writeLong(reading.receivedAtMicros());
    }

    static Reading readReading(DataInput in, String sensor, String metric) throws IOException {
        double value = in.readDouble();
        long timestampMicros = in.readLong();
        String unit = in.readBoolean() ? in.readUTF() : null;
        int source = in.readInt();
        long receivedAtMicros = in.readLong();
        try {
            return new Reading(
                    sensor, metric, value, timestampMicros, unit, source, receivedAtMicros);
        } catch (IllegalArgumentException e) {
            throw new IOException("damaged state: " + e.getMessage(), e);
        }
    }
}
