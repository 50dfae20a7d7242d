package io.riacho.formats.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.riacho.api.readings.InvalidReadingException;
import io.riacho.api.readings.ReadingBatch;
import io.riacho.api.readings.Refusal;
import io.riacho.api.readings.Series;
import io.riacho.api.readings.SeriesTable;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Decodes SenML packs in JSON ([RFC 8428](https://www.rfc-editor.org/rfc/rfc8428)). Thread-confined and
/// reused; keeps nothing of a pack.
///
/// ```json
/// [{"bn": "urn:dev:ow:10e2073a01080063/", "bt": 1.763668800e+09, "n": "temperature", "u": "Cel", "v": 23.5},
///  {"n": "humidity", "u": "%RH", "v": 41, "t": 60}]
/// ```
///
/// A record's name (base name and name) is a sensor and a metric: the last `/` divides them; without one
/// a base name is the sensor (less a `:`, `.`, `-` or `_` at its end) and the name the metric; a name alone
/// is a sensor, unless the sensor is known already: then it is the metric. Values are `v`, with `bv`, and
/// `vb` as 1 or 0. A record without a value is passed over when it has base fields only, and refused
/// otherwise; so is one with more than one value (4.2).
///
/// A base field that is wrong, or of a version that is not known, refuses its record and all after it,
/// up to the next that has the field again: they would get a wrong time, say, or another's name.
public final class SenmlReadings {

    /// Base fields (RFC 8428, 4.1) and regular ones (4.2).
    private static final Set<String> FIELDS =
            Set.of(
                    "bn", "bt", "bu", "bv", "bs", "bver", "n", "u", "v", "vs", "vb", "vd", "s", "t",
                    "ut");

    private static final int FIELD_CHARS_MAX = "bver".length();

    /// The version of this specification (4.4); a pack of a higher one is refused.
    private static final int VERSION = 10;

    /// A time below this many seconds is relative to now (4.5.3).
    private static final BigDecimal RELATIVE_SECONDS_MAX = BigDecimal.valueOf(1L << 28);

    private static final double SECONDS_MAX = JsonReadings.TIMESTAMP_MILLIS_MAX / 1000.0;
    private static final String SEPARATORS = ":.-_";
    private static final Set<String> VALUES = Set.of("v", "vs", "vb", "vd");

    private final SeriesTable table;
    private final LongSupplier nowMicros;

    // The base fields in force: each holds until the pack's next record that has it (4.1).
    private String baseName = "";
    private BigDecimal baseTime = BigDecimal.ZERO;
    private String baseUnit = "";
    private double baseValue;

    /// The pack's records of base fields alone, which are no readings.
    private int withoutReading;

    /// The base fields in force that are wrong, and why.
    private final SequencedMap<String, String> wrongBases = new LinkedHashMap<>();

    /// @param table where ids are checked and become series
    /// @param nowMicros µs since 1970 UTC, for times that are relative to now
    public SenmlReadings(SeriesTable table, LongSupplier nowMicros) {
        this.table = table;
        this.nowMicros = nowMicros;
    }

    /// Whether JSON is a SenML pack rather than readings: the first key says so, since the two have none in
    /// common.
    public static boolean isLikely(byte[] bytes, int from, int to) {
        int at = FlatScanner.skipSpace(bytes, from, to);
        if (at < to && bytes[at] == '[') {
            at = FlatScanner.skipSpace(bytes, at + 1, to);
        }
        if (at == to || bytes[at] != '{') {
            return false;
        }
        at = FlatScanner.skipSpace(bytes, at + 1, to);
        if (at == to || bytes[at] != '"') {
            return false;
        }
        int end = at + 1;
        while (end < to && end - at <= FIELD_CHARS_MAX && bytes[end] != '"') {
            end++;
        }
        return end < to
                && bytes[end] == '"'
                && FIELDS.contains(
                        new String(bytes, at + 1, end - at - 1, StandardCharsets.US_ASCII));
    }

    /// Adds the pack's readings to a batch; see [JsonReadings#decode].
    ///
    /// @param known the sensor, when it is known before its pack is read; a record that names another is
    ///     refused
    /// @return the number of readings in the pack, good and bad; a record of base fields alone is none
    /// @throws InvalidReadingException when the pack as a whole is refused
    public int decode(
            byte[] bytes,
            int from,
            int to,
            @Nullable KnownSensor known,
            ReadingBatch into,
            List<Refusal> refused)
            throws InvalidReadingException {
        baseName = "";
        baseTime = BigDecimal.ZERO;
        baseUnit = "";
        baseValue = 0;
        withoutReading = 0;
        wrongBases.clear();
        int records =
                JsonElements.decode(
                        bytes, from, to, into, refused, parser -> record(parser, known, into));
        return records - withoutReading;
    }

    /// Reads one record to its end, whether it is good or not.
    private void record(JsonParser parser, @Nullable KnownSensor known, ReadingBatch into)
            throws IOException, InvalidReadingException {
        String name = "";
        String unit = null;
        Double value = null;
        BigDecimal time = BigDecimal.ZERO;
        boolean baseOnly = true;
        Set<String> seen = new HashSet<>();
        InvalidReadingException problem = null;
        for (String key = parser.nextFieldName(); key != null; key = parser.nextFieldName()) {
            JsonToken token = parser.nextToken();
            try {
                if (!seen.add(key)) {
                    throw new InvalidReadingException(
                            "the field '" + JsonReadings.quoted(key) + "' is there twice");
                }
                baseOnly &= key.startsWith("b");
                wrongBases.remove(key);
                switch (key) {
                    case "bn" -> baseName = text(parser, token, key);
                    case "bt" -> baseTime = seconds(parser, token, key);
                    case "bu" -> baseUnit = text(parser, token, key);
                    case "bv" -> baseValue = number(parser, token, key);
                    case "bver" -> version(parser, token);
                    case "n" -> name = text(parser, token, key);
                    case "u" -> unit = text(parser, token, key);
                    case "v" -> value = number(parser, token, key);
                    case "vb" -> value = bool(token) ? 1.0 : 0.0;
                    case "t" -> time = seconds(parser, token, key);
                    case "s", "bs", "ut" -> number(parser, token, key);
                    case "vs", "vd" ->
                            throw new InvalidReadingException(
                                    "'" + key + "' is text or data; a reading's value is a number");
                    default -> mustUnderstand(key);
                }
            } catch (InvalidReadingException e) {
                if (problem == null) {
                    problem = e;
                }
                if (key.startsWith("b")) {
                    wrongBases.put(key, e.reason());
                }
            }
            parser.skipChildren();
        }
        if (problem != null) {
            throw problem;
        }
        Map.Entry<String, String> wrong = wrongBases.firstEntry();
        if (wrong != null) {
            throw new InvalidReadingException(
                    "the base field '" + wrong.getKey() + "' before it: " + wrong.getValue());
        }
        if (value == null) {
            if (baseOnly) {
                withoutReading++;
                return;
            }
            throw new InvalidReadingException(
                    seen.contains("s")
                            ? "a sum 's' without a value 'v'; a reading has a value"
                            : "the record has no value 'v'");
        }
        if (seen.stream().filter(VALUES::contains).count() > 1) {
            throw new InvalidReadingException("the record has more than one value");
        }
        double sum = seen.contains("v") ? baseValue + value : value;
        into.add(
                series(known, baseName, name),
                sum,
                timestampMicros(baseTime.add(time)),
                unit == null ? baseUnit : unit);
    }

    private Series series(@Nullable KnownSensor known, String base, String name)
            throws InvalidReadingException {
        String whole = base + name;
        if (whole.isEmpty()) {
            if (known == null) {
                throw new InvalidReadingException("the record has no name: 'n' or 'bn' is missing");
            }
            return known.series("");
        }
        checkName(whole);
        String sensor = whole;
        String metric = "";
        int slash = whole.lastIndexOf('/');
        if (slash >= 0) {
            sensor = whole.substring(0, slash);
            metric = whole.substring(slash + 1);
        } else if (!base.isEmpty() && !name.isEmpty()) {
            boolean separated = SEPARATORS.indexOf(base.charAt(base.length() - 1)) >= 0;
            sensor = separated ? base.substring(0, base.length() - 1) : base;
            metric = name;
        } else if (known != null && base.isEmpty() && !known.sensor().equals(name)) {
            return known.series(name);
        }
        if (known == null) {
            return table.series(sensor, metric);
        }
        known.check(sensor);
        return known.series(metric);
    }

    /// A name's characters (4.5.1), which are fewer than those of our ids.
    private static void checkName(String whole) throws InvalidReadingException {
        for (int i = 0; i < whole.length(); i++) {
            char c = whole.charAt(i);
            boolean alphanumeric =
                    (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!alphanumeric && (i == 0 || "-:./_".indexOf(c) < 0)) {
                throw new InvalidReadingException(
                        "the name '"
                                + JsonReadings.quoted(whole)
                                + "' is none of SenML's: letters, digits and -:./_ only, and a letter"
                                + " or digit first");
            }
        }
    }

    private long timestampMicros(BigDecimal seconds) throws InvalidReadingException {
        if (seconds.signum() == 0) {
            return ReadingBatch.NO_TIMESTAMP;
        }
        if (Math.abs(seconds.doubleValue()) > SECONDS_MAX) {
            throw new InvalidReadingException("the time is not in seconds since 1970, or from now");
        }
        long micros = seconds.movePointRight(6).setScale(0, RoundingMode.FLOOR).longValueExact();
        return seconds.compareTo(RELATIVE_SECONDS_MAX) < 0
                ? nowMicros.getAsLong() + micros
                : micros;
    }

    private static void version(JsonParser parser, JsonToken token)
            throws IOException, InvalidReadingException {
        double version = number(parser, token, "bver");
        if (version < 1 || version != Math.rint(version)) {
            throw new InvalidReadingException("'bver' is not a whole number above 0");
        }
        if (version > VERSION) {
            throw new InvalidReadingException(
                    "SenML of version "
                            + JsonReadings.quoted(parser.getText())
                            + "; known is version "
                            + VERSION);
        }
    }

    /// A field that is not known is passed over, unless its name says that it must not be (4.4).
    private static void mustUnderstand(String key) throws InvalidReadingException {
        if (key.endsWith("_")) {
            throw new InvalidReadingException(
                    "the field '" + JsonReadings.quoted(key) + "' must be understood, and is not");
        }
    }

    private static String text(JsonParser parser, JsonToken token, String key)
            throws IOException, InvalidReadingException {
        if (token != JsonToken.VALUE_STRING) {
            throw new InvalidReadingException("'" + key + "' is not text");
        }
        return parser.getText();
    }

    private static double number(JsonParser parser, JsonToken token, String key)
            throws IOException, InvalidReadingException {
        if (!token.isNumeric()) {
            throw new InvalidReadingException("'" + key + "' is not a number");
        }
        return parser.getDoubleValue();
    }

    private static boolean bool(JsonToken token) throws InvalidReadingException {
        if (!token.isBoolean()) {
            throw new InvalidReadingException("'vb' is neither true nor false");
        }
        return token == JsonToken.VALUE_TRUE;
    }

    /// A time, exactly; sums of very different sizes would otherwise lose its µs.
    private static BigDecimal seconds(JsonParser parser, JsonToken token, String key)
            throws IOException, InvalidReadingException {
        double size = Math.abs(number(parser, token, key));
        try {
            BigDecimal seconds = new BigDecimal(parser.getText());
            if (size <= SECONDS_MAX && seconds.scale() <= JsonFactories.DIGITS_MAX) {
                return seconds;
            }
        } catch (NumberFormatException e) {
            // An exponent beyond all measure.
            throw notSeconds(key);
        }
        throw notSeconds(key);
    }

    private static InvalidReadingException notSeconds(String key) {
        return new InvalidReadingException("'" + key + "' is no time in seconds");
    }
}
