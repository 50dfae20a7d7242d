package io.riacho.formats.json;

import io.riacho.formats.EpochUnits;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// Reads one flat reading object of plain ASCII, without allocating. Thread-confined.
///
/// It knows the shape that nearly every sender uses: the five keys, each at most once; strings
/// without escapes; numbers whose digits fit a `double` exactly. For anything else, right or wrong, it
/// gives up and Jackson decides: so it must only be sure of what it accepts, never of an error.
///
/// A decimal number of at most 2^53 scaled by at most 10^22 needs a single correctly rounded division
/// or multiplication (W. D. Clinger, "How to read floating point numbers accurately", PLDI 1990).
final class FlatScanner {

    /// What [#scan] returns when it gives up.
    static final int UNSURE = -1;

    private static final long EXACT_MAX = 1L << 53;
    private static final int SCALE_MAX = 22;
    private static final double[] POWERS_OF_TEN = new double[SCALE_MAX + 1];

    static {
        for (int i = 0; i <= SCALE_MAX; i++) {
            POWERS_OF_TEN[i] = Double.parseDouble("1e" + i);
        }
    }

    private static final int SENSOR = 1;
    private static final int METRIC = 2;
    private static final int VALUE = 4;
    private static final int TIMESTAMP = 8;
    private static final int UNIT = 16;

    // Keys, as many bytes of them at once as a register takes; big-endian, as a ByteBuffer reads
    // them.
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle INTS =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final long SENSOR_I = ascii("sensor_i").getLong();
    private static final long TIMESTAM = ascii("timestam").getLong();
    private static final int ALUE = ascii("alue").getInt();
    private static final int ETRI = ascii("etri").getInt();
    private static final int UNIT_KEY = ascii("unit").getInt();

    // What was read; ranges of the scanned bytes, empty when the key is absent.
    int sensorFrom;
    int sensorTo;
    int metricFrom;
    int metricTo;
    int unitFrom;
    int unitTo;
    double value;
    long timestampMicros;

    private byte[] bytes = new byte[0];
    private int at;
    private int end;

    /// Reads an object that begins at `from`, after white space.
    ///
    /// @param sensorKnown whether the object may be without its sensor's id
    /// @return the offset after its closing brace, or [#UNSURE]
    int scan(byte[] source, int from, int to, boolean sensorKnown) {
        bytes = source;
        at = from;
        end = to;
        sensorFrom = sensorTo = metricFrom = metricTo = unitFrom = unitTo = 0;
        timestampMicros = 0;
        if (!take('{')) {
            return UNSURE;
        }
        int seen = 0;
        do {
            int key = key();
            if (key == 0 || (seen & key) != 0 || !take(':')) {
                return UNSURE;
            }
            seen |= key;
            skipSpace();
            if (at >= end) {
                return UNSURE;
            }
            boolean read =
                    switch (key) {
                        case SENSOR -> {
                            sensorFrom = at + 1;
                            sensorTo = string();
                            yield sensorTo >= 0;
                        }
                        case METRIC -> {
                            metricFrom = at + 1;
                            metricTo = string();
                            yield metricTo >= 0;
                        }
                        case UNIT -> {
                            unitFrom = at + 1;
                            unitTo = string();
                            yield unitTo >= 0;
                        }
                        case VALUE -> number();
                        default -> timestamp();
                    };
            if (!read) {
                return UNSURE;
            }
        } while (take(','));
        int needed = sensorKnown ? VALUE : SENSOR | VALUE;
        return take('}') && (seen & needed) == needed ? at : UNSURE;
    }

    /// The offset of the first byte from `from` that is not JSON's white space.
    static int skipSpace(byte[] source, int from, int to) {
        int i = from;
        while (i < to
                && (source[i] == ' '
                        || source[i] == '\n'
                        || source[i] == '\r'
                        || source[i] == '\t')) {
            i++;
        }
        return i;
    }

    private void skipSpace() {
        if (at < end && bytes[at] <= ' ') {
            at = skipSpace(bytes, at, end);
        }
    }

    private boolean take(char expected) {
        skipSpace();
        if (at < end && bytes[at] == expected) {
            at++;
            return true;
        }
        return false;
    }

    private int key() {
        if (!take('"')) {
            return 0;
        }
        int from = at;
        int left = end - from;
        int key;
        int length;
        if (left > 10 && bytes[from] == 's') {
            key = eight(from) == SENSOR_I && bytes[from + 8] == 'd' ? SENSOR : 0;
            length = 9;
        } else if (left > 6 && bytes[from] == 'v') {
            key = four(from + 1) == ALUE ? VALUE : 0;
            length = 5;
        } else if (left > 10 && bytes[from] == 't') {
            key = eight(from) == TIMESTAM && bytes[from + 8] == 'p' ? TIMESTAMP : 0;
            length = 9;
        } else if (left > 7 && bytes[from] == 'm') {
            key = four(from + 1) == ETRI && bytes[from + 5] == 'c' ? METRIC : 0;
            length = 6;
        } else if (left > 5 && bytes[from] == 'u') {
            key = four(from) == UNIT_KEY ? UNIT : 0;
            length = 4;
        } else {
            return 0;
        }
        at = from + length + 1;
        return bytes[from + length] == '"' ? key : 0;
    }

    private long eight(int from) {
        return (long) LONGS.get(bytes, from);
    }

    private int four(int from) {
        return (int) INTS.get(bytes, from);
    }

    private static ByteBuffer ascii(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    /// Passes a string of printable ASCII without escapes; the offset of its closing quote, or -1.
    private int string() {
        if (bytes[at] != '"') {
            return -1;
        }
        for (int i = at + 1; i < end; i++) {
            byte b = bytes[i];
            if (b == '"') {
                at = i + 1;
                return i;
            }
            if (b < ' ' || b == '\\' || b == 0x7f) {
                return -1;
            }
        }
        return -1;
    }

    private boolean number() {
        boolean negative = bytes[at] == '-';
        if (negative) {
            at++;
        }
        int first = at;
        long mantissa = 0;
        while (at < end && bytes[at] >= '0' && bytes[at] <= '9') {
            mantissa = mantissa * 10 + (bytes[at++] - '0');
        }
        int whole = at - first;
        if (whole == 0 || whole > 18 || (whole > 1 && bytes[first] == '0')) {
            return false;
        }
        int scale = 0;
        if (at < end && bytes[at] == '.') {
            int point = at++;
            while (at < end && bytes[at] >= '0' && bytes[at] <= '9') {
                mantissa = mantissa * 10 + (bytes[at++] - '0');
                if (at - point + whole > 19) {
                    return false;
                }
            }
            scale = at - point - 1;
            if (scale == 0) {
                return false;
            }
        }
        // A negative zero and an exponent are rare: Jackson's.
        if (mantissa > EXACT_MAX
                || scale > SCALE_MAX
                || (negative && mantissa == 0)
                || (at < end && (bytes[at] | 0x20) == 'e')) {
            return false;
        }
        double size = scale == 0 ? mantissa : mantissa / POWERS_OF_TEN[scale];
        value = negative ? -size : size;
        return true;
    }

    private boolean timestamp() {
        if (bytes[at] == '"') {
            int from = at + 1;
            int to = string();
            if (to < 0) {
                return false;
            }
            timestampMicros = Rfc3339.parseMicros(bytes, from, to);
            return timestampMicros >= 0;
        }
        int first = at;
        long millis = 0;
        while (at < end && bytes[at] >= '0' && bytes[at] <= '9' && at - first < 16) {
            millis = millis * 10 + (bytes[at++] - '0');
        }
        int count = at - first;
        if (count == 0
                || (count > 1 && bytes[first] == '0')
                || millis > JsonReadings.TIMESTAMP_MILLIS_MAX
                || EpochUnits.areSeconds(millis)) {
            return false;
        }
        if (at < end) {
            byte next = bytes[at];
            if (next == '.' || (next | 0x20) == 'e' || (next >= '0' && next <= '9')) {
                return false;
            }
        }
        timestampMicros = millis * 1000;
        return true;
    }
}
