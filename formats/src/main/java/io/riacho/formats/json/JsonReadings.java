package io.riacho.formats.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.riacho.api.readings.InvalidReadingException;
import io.riacho.api.readings.ReadingBatch;
import io.riacho.api.readings.Refusal;
import io.riacho.api.readings.Series;
import io.riacho.api.readings.SeriesTable;
import io.riacho.formats.EpochUnits;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Decodes JSON readings: one object, or an array of them, as docs/http.md specifies. Thread-confined
/// and reused; keeps nothing of a payload.
///
/// ```json
/// {"sensor_id": "s1", "metric": "humidity", "value": 41.5, "timestamp": 1763668800000, "unit": "%"}
/// ```
///
/// `sensor_id` and `value` are required, but for a sensor that is known already ([KnownSensor]). A `timestamp` is a whole number of milliseconds since 1970
/// UTC, or RFC 3339 text to the microsecond; 0, null and none mean the same. An unknown or repeated key
/// refuses its reading (docs/decisions/0050): a misspelt `timestamp` must not turn into an arrival time.
public final class JsonReadings {

    /// The last millisecond of the year 9999.
    public static final long TIMESTAMP_MILLIS_MAX = 253_402_300_799_999L;

    /// Bad readings in one payload that are listed; a payload with more is refused as a whole.
    public static final int REFUSALS_MAX = JsonElements.REFUSALS_MAX;

    /// Characters of the sender's text that a reason repeats.
    private static final int QUOTED_CHARS_MAX = 64;

    private static final String KNOWN_KEYS = "sensor_id, metric, value, timestamp, unit";

    private final SeriesTable table;
    private final SeriesCache cache;
    private final FlatScanner scanner = new FlatScanner();

    /// @param table where ids are checked and become series
    public JsonReadings(SeriesTable table) {
        this.table = table;
        this.cache = new SeriesCache(table);
    }

    /// Adds the payload's readings to a batch. A bad reading is listed with its place in the payload,
    /// and the others are added.
    ///
    /// @param refused where bad readings are listed, in order
    /// @return the number of readings in the payload, good and bad
    /// @throws InvalidReadingException when the payload as a whole is refused: it is not JSON, not an
    ///     object or an array, or has more than [ReadingBatch#READINGS_MAX] readings or
    ///     [#REFUSALS_MAX] bad ones. Then nothing was added or listed.
    public int decode(byte[] bytes, int from, int to, ReadingBatch into, List<Refusal> refused)
            throws InvalidReadingException {
        return decode(bytes, from, to, null, into, refused);
    }

    /// As the other, of a sender whose sensor is known before its payload is read: `sensor_id` may
    /// then be absent, and another one refuses its reading.
    ///
    /// @param known the sensor, or null
    public int decode(
            byte[] bytes,
            int from,
            int to,
            @Nullable KnownSensor known,
            ReadingBatch into,
            List<Refusal> refused)
            throws InvalidReadingException {
        int kept = into.size();
        int start = JsonElements.start(bytes, from, to);
        int end = JsonElements.end(bytes, start, to);
        int read = decodeFlat(bytes, start, end, known, into);
        if (read >= 0) {
            return read;
        }
        into.truncate(kept);
        return decodeAny(bytes, start, end, known, into, refused);
    }

    /// As [#decode], by Jackson alone.
    int decodeAny(
            byte[] bytes,
            int from,
            int to,
            @Nullable KnownSensor known,
            ReadingBatch into,
            List<Refusal> refused)
            throws InvalidReadingException {
        return JsonElements.decode(
                bytes, from, to, into, refused, parser -> reading(parser, known, into));
    }

    /// The readings, when all of them are plain and good; otherwise -1, with some of them added.
    private int decodeFlat(
            byte[] bytes, int from, int to, @Nullable KnownSensor known, ReadingBatch into) {
        int at = FlatScanner.skipSpace(bytes, from, to);
        if (at == to) {
            return -1;
        }
        try {
            if (bytes[at] != '[') {
                int after = flatReading(bytes, at, to, known, into);
                return after >= 0 && FlatScanner.skipSpace(bytes, after, to) == to ? 1 : -1;
            }
            int read = 0;
            do {
                at = flatReading(bytes, at + 1, to, known, into);
                if (at < 0 || ++read > ReadingBatch.READINGS_MAX) {
                    return -1;
                }
                at = FlatScanner.skipSpace(bytes, at, to);
            } while (at < to && bytes[at] == ',');
            boolean closed = at < to && bytes[at] == ']';
            return closed && FlatScanner.skipSpace(bytes, at + 1, to) == to ? read : -1;
        } catch (InvalidReadingException e) {
            // Jackson finds it again and says which one it was.
            return -1;
        }
    }

    private int flatReading(
            byte[] bytes, int from, int to, @Nullable KnownSensor known, ReadingBatch into)
            throws InvalidReadingException {
        FlatScanner flat = scanner;
        int after = flat.scan(bytes, from, to, known != null);
        if (after >= 0) {
            Series series;
            if (known == null) {
                series =
                        cache.series(
                                bytes,
                                flat.sensorFrom,
                                flat.sensorTo,
                                flat.metricFrom,
                                flat.metricTo);
            } else {
                if (flat.sensorFrom > 0 && !known.is(bytes, flat.sensorFrom, flat.sensorTo)) {
                    return FlatScanner.UNSURE;
                }
                series = known.series(bytes, flat.metricFrom, flat.metricTo);
            }
            into.add(
                    series,
                    flat.value,
                    flat.timestampMicros,
                    cache.unit(bytes, flat.unitFrom, flat.unitTo));
        }
        return after;
    }

    /// Reads one object to its end, whether it is good or not.
    private void reading(JsonParser parser, @Nullable KnownSensor known, ReadingBatch into)
            throws IOException, InvalidReadingException {
        String sensor = null;
        String metric = null;
        String unit = null;
        double value = 0;
        long timestamp = ReadingBatch.NO_TIMESTAMP;
        int seen = 0;
        InvalidReadingException problem = null;
        for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
            JsonToken token = parser.nextToken();
            int bit = KeyBits.of(key);
            try {
                if (bit == 0) {
                    throw new InvalidReadingException(
                            "unknown key '" + quoted(key) + "'; known are " + KNOWN_KEYS);
                }
                if ((seen & bit) != 0) {
                    throw new InvalidReadingException("the key '" + key + "' is there twice");
                }
                seen |= bit;
                switch (bit) {
                    case KeyBits.SENSOR -> sensor = text(parser, token, key);
                    case KeyBits.METRIC -> metric = text(parser, token, key);
                    case KeyBits.UNIT -> unit = text(parser, token, key);
                    case KeyBits.TIMESTAMP -> timestamp = timestampMicros(parser, token);
                    default -> {
                        if (token == JsonToken.VALUE_NULL) {
                            seen &= ~KeyBits.VALUE;
                        } else if (token.isNumeric()) {
                            value = parser.getDoubleValue();
                        } else {
                            throw new InvalidReadingException(
                                    "the value is not a number"
                                            + (token == JsonToken.VALUE_STRING
                                                    ? " but text; write it without quotes"
                                                    : ""));
                        }
                    }
                }
            } catch (InvalidReadingException e) {
                if (problem == null) {
                    problem = e;
                }
            }
            parser.skipChildren();
        }
        if (problem != null) {
            throw problem;
        }
        Series series = series(known, sensor, metric == null ? "" : metric);
        if ((seen & KeyBits.VALUE) == 0) {
            throw new InvalidReadingException("value is missing");
        }
        into.add(series, value, timestamp, unit);
    }

    private Series series(@Nullable KnownSensor known, @Nullable String sensor, String metric)
            throws InvalidReadingException {
        if (known != null) {
            if (sensor != null) {
                known.check(sensor);
            }
            return known.series(metric);
        }
        if (sensor == null) {
            throw new InvalidReadingException("sensor_id is missing");
        }
        return table.series(sensor, metric);
    }

    private static @Nullable String text(JsonParser parser, JsonToken token, String key)
            throws IOException, InvalidReadingException {
        if (token == JsonToken.VALUE_NULL) {
            return null;
        }
        if (token != JsonToken.VALUE_STRING) {
            throw new InvalidReadingException(key + " is not text");
        }
        return parser.getText();
    }

    private static long timestampMicros(JsonParser parser, JsonToken token)
            throws IOException, InvalidReadingException {
        if (token == JsonToken.VALUE_NULL) {
            return ReadingBatch.NO_TIMESTAMP;
        }
        if (token == JsonToken.VALUE_STRING) {
            String text = parser.getText();
            byte[] ascii = text.getBytes(StandardCharsets.UTF_8);
            long micros = Rfc3339.parseMicros(ascii, 0, ascii.length);
            if (micros == Rfc3339.INVALID) {
                throw neither(text);
            }
            if (micros < 0) {
                throw new InvalidReadingException(
                        "timestamp '" + quoted(text) + "' is before 1970");
            }
            return micros;
        }
        if (!token.isNumeric()) {
            throw neither(token.asString() == null ? token.name() : token.asString());
        }
        // Some languages print large numbers with an exponent: 1.7636688E12.
        String text = parser.getText();
        if (parser.getDoubleValue() > 1e15) {
            throw tooFar(text);
        }
        BigDecimal millis = exact(text);
        if (millis.signum() < 0) {
            throw new InvalidReadingException("timestamp " + quoted(text) + " is before 1970");
        }
        if (millis.signum() == 0) {
            return ReadingBatch.NO_TIMESTAMP;
        }
        if (millis.scale() > JsonElements.DIGITS_MAX || millis.stripTrailingZeros().scale() > 0) {
            throw notWhole(text);
        }
        long whole = millis.longValueExact();
        if (whole > TIMESTAMP_MILLIS_MAX) {
            throw tooFar(text);
        }
        EpochUnits.checkMillis(whole);
        return whole * 1000;
    }

    /// A number of at most 1e15; one whose exponent is beyond what a BigDecimal holds is tiny.
    private static BigDecimal exact(String text) throws InvalidReadingException {
        try {
            return new BigDecimal(text);
        } catch (NumberFormatException e) {
            throw notWhole(text);
        }
    }

    private static InvalidReadingException notWhole(String text) {
        return new InvalidReadingException(
                "timestamp "
                        + quoted(text)
                        + " is not a whole number of milliseconds; RFC 3339 text goes to the"
                        + " microsecond");
    }

    private static InvalidReadingException tooFar(String text) {
        return new InvalidReadingException(
                "timestamp "
                        + quoted(text)
                        + " is after the year 9999; milliseconds since 1970 are expected");
    }

    private static InvalidReadingException neither(String text) {
        return new InvalidReadingException(
                "timestamp '" + quoted(text) + "' is neither epoch milliseconds nor RFC 3339");
    }

    static String quoted(String text) {
        return JsonElements.plain(text, QUOTED_CHARS_MAX);
    }

    /// One bit for each key.
    private static final class KeyBits {
        static final int SENSOR = 1;
        static final int METRIC = 2;
        static final int VALUE = 4;
        static final int TIMESTAMP = 8;
        static final int UNIT = 16;

        static int of(String key) {
            return switch (key) {
                case "sensor_id" -> SENSOR;
                case "metric" -> METRIC;
                case "value" -> VALUE;
                case "timestamp" -> TIMESTAMP;
                case "unit" -> UNIT;
                default -> 0;
            };
        }
    }
}
