package io.riacho.formats.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.riacho.api.readings.InvalidReadingException;
import io.riacho.api.readings.ReadingBatch;
import io.riacho.api.readings.Refusal;
import io.riacho.api.readings.SeriesTable;
import io.riacho.formats.EpochUnits;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonReadingsTest {

    private static final long SEED = Long.getLong("riacho.seed", System.nanoTime());
    private static final int DOCUMENTS = 10_000;

    private final JsonReadings codec = new JsonReadings(new SeriesTable(1000));

    @Test
    void readsAnObject() throws Exception {
        assertThat(
                        decode(
                                """
                                {"sensor_id": "s1", "metric": "humidity", "value": 41.5,
                                 "timestamp": 1763668800000, "unit": "%"}\
                                """))
                .isEqualTo("s1/humidity=41.5@1763668800000000 %\n");
    }

    @Test
    void metricTimestampAndUnitAreOptional() throws Exception {
        assertThat(decode("{\"value\":-0.5e1,\"sensor_id\":\"s1\"}"))
                .isEqualTo("s1/temperature=-5.0@0 null\n");
        assertThat(
                        decode(
                                "{\"sensor_id\":\"s1\",\"value\":1,\"metric\":null,\"unit\":null,"
                                        + "\"timestamp\":null}"))
                .isEqualTo("s1/temperature=1.0@0 null\n");
    }

    @Test
    void readsUnicodeAndEscapes() throws Exception {
        assertThat(decode("{\"sensor_id\":\"jardim-\\u00e9 ü\",\"value\":1,\"unit\":\"°C\"}"))
                .isEqualTo("jardim-é ü/temperature=1.0@0 °C\n");
    }

    @Test
    void readsAnArrayAndListsTheBadOnes() throws Exception {
        assertThat(
                        decode(
                                """
                                [{"sensor_id":"a","value":1}, {"sensor_id":"b"}, 7,
                                 {"sensor_id":"c","value":3,"timestamp":"2025-11-20T20:00:00.000001Z"}]\
                                """))
                .isEqualTo(
                        """
                        a/temperature=1.0@0 null
                        c/temperature=3.0@1763668800000001 null
                        [1] value is missing
                        [2] expected a JSON object
                        """);
        assertThat(decode("[]")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"value\":1} | sensor_id is missing",
                "{\"sensor_id\":\"s\"} | value is missing",
                "{\"sensor_id\":\"s\",\"value\":null} | value is missing",
                "{\"sensor_id\":\"s\",\"value\":\"1\"} | the value is not a number but text; write it without quotes",
                "{\"sensor_id\":\"s\",\"value\":true} | the value is not a number",
                "{\"sensor_id\":\"s\",\"value\":[1]} | the value is not a number",
                "{\"sensor_id\":\"s\",\"value\":1e400} | the value Infinity is not finite and at most 1e150 in size",
                "{\"sensor_id\":\"s\",\"value\":1e151} | the value 1.0E151 is not finite and at most 1e150 in size",
                "{\"sensor_id\":7,\"value\":1} | sensor_id is not text",
                "{\"sensor_id\":\"a/b\",\"value\":1} | the sensor id must not contain '/'",
                "{\"sensor_id\":\"\",\"value\":1} | the sensor id is empty",
                "{\"sensor_id\":\"s\",\"value\":1,\"timestmp\":5} | unknown key 'timestmp'; known are sensor_id, metric, value, timestamp, unit",
                "{\"sensor_id\":\"s\",\"value\":1,\"x\":{\"value\":2}} | unknown key 'x'; known are sensor_id, metric, value, timestamp, unit",
                "{\"sensor_id\":\"s\",\"value\":1,\"value\":1} | the key 'value' is there twice",
                "{\"sensor_id\":\"s\",\"value\":1,\"timestamp\":\"now\"} | timestamp 'now' is neither epoch milliseconds nor RFC 3339",
                "{\"sensor_id\":\"s\",\"value\":1,\"timestamp\":false} | timestamp 'false' is neither epoch milliseconds nor RFC 3339",
                "{\"sensor_id\":\"s\",\"value\":1,\"timestamp\":-1} | timestamp -1 is before 1970",
                "{\"sensor_id\":\"s\",\"value\":1,\"timestamp\":\"1969-12-31T23:59:59Z\"} | timestamp '1969-12-31T23:59:59Z' is before 1970",
                "{\"sensor_id\":\"s\",\"value\":1,\"timestamp\":1.5} | timestamp 1.5 is not a whole number of milliseconds; RFC 3339 text goes to the microsecond",
                "{\"sensor_id\":\"s\",\"value\":1,\"timestamp\":1763668800000000} | timestamp 1763668800000000 is after the year 9999; milliseconds since 1970 are expected",
                "{\"sensor_id\":\"s\",\"value\":1,\"timestamp\":1e-99999999999} | timestamp 1e-99999999999 is not a whole number of milliseconds; RFC 3339 text goes to the microsecond",
                "{\"sensor_id\":\"s\",\"value\":1,\"timestamp\":1e99999999999} | timestamp 1e99999999999 is after the year 9999; milliseconds since 1970 are expected",
                "{\"sensor_id\":\"s\",\"value\":NaN} | the value NaN is not finite and at most 1e150 in size",
                "{\"sensor_id\":\"s\",\"value\":nan} | the value NaN is not finite and at most 1e150 in size",
                "{\"sensor_id\":\"s\",\"value\":-nan} | the value NaN is not finite and at most 1e150 in size",
                "{\"sensor_id\":\"s\",\"value\":-inf} | the value -Infinity is not finite and at most 1e150 in size",
                "{\"sensor_id\":\"s\",\"value\":1,\"timestamp\":NaN} | timestamp NaN is not a whole number of milliseconds; RFC 3339 text goes to the microsecond",
                "{\"sensor_id\":\"s\",\"value\":1,\"timestamp\":1763668800} | timestamp 1763668800 looks like seconds; milliseconds since 1970 are expected: 1763668800000",
                "{\"sensor_id\":\"s\",\"value\":1,\"timestamp\":1e99} | timestamp 1e99 is after the year 9999; milliseconds since 1970 are expected",
            })
    void saysWhatIsWrongWithAReading(String json, String reason) throws Exception {
        assertThat(decode(json)).isEqualTo("[0] " + reason + "\n");
        assertThat(decode("[{\"sensor_id\":\"ok\",\"value\":1}," + json + "]"))
                .isEqualTo("ok/temperature=1.0@0 null\n[1] " + reason + "\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "~~ | the message is empty",
                "21.5 | expected a JSON object",
                "Temperatura: 21.5 | not valid JSON",
                "{\"sensor_id\":\"s\",\"value\":1 | not valid JSON",
                "{\"sensor_id\":\"s\",\"value\":1}} | not valid JSON",
                "{\"sensor_id\":\"s\",\"value\":1} {} | there is more after the end",
                "{\"sensor_id\":\"s\",\"value\":nano} | not valid JSON",
                "{\"sensor_id\":\"s\",\"value\":01} | not valid JSON",
                "[{\"sensor_id\":\"s\",\"value\":1},] | not valid JSON",
                "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[ | not valid JSON",
            })
    void refusesAMessageThatIsNotReadings(String json, String reason) {
        assertThatThrownBy(() -> decode(json))
                .isInstanceOf(InvalidReadingException.class)
                .hasMessageStartingWith(reason)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
    }

    @Test
    void aByteOrderMarkAndTrailingNulsAreSkipped() throws Exception {
        String reading = "{\"sensor_id\":\"s\",\"value\":1}";
        assertThat(decode("\uFEFF" + reading)).isEqualTo("s/temperature=1.0@0 null\n");
        assertThat(decode(reading + "\0\0\0")).isEqualTo("s/temperature=1.0@0 null\n");
        assertThat(decode("\uFEFF[" + reading + ",{}]\0"))
                .isEqualTo("s/temperature=1.0@0 null\n[1] sensor_id is missing\n");
    }

    @Test
    void wordsInsideTextAreNoNumbers() throws Exception {
        assertThat(
                        decode(
                                "[{\"sensor_id\":\"nan \\\"inf\",\"value\":1},"
                                        + "{\"sensor_id\":\"b\",\"value\":nan}]"))
                .startsWith("nan \"inf/temperature=1.0@0 null\n[1] the value NaN");
    }

    @Test
    void aBrokenMessageLeavesNothingBehind() throws Exception {
        ReadingBatch batch = new ReadingBatch();
        List<Refusal> refused = new ArrayList<>();
        byte[] good = "{\"sensor_id\":\"s\",\"value\":1}".getBytes(StandardCharsets.UTF_8);
        codec.decode(good, 0, good.length, batch, refused);
        byte[] bad =
                "[{\"sensor_id\":\"t\",\"value\":2},{\"sensor_id\":\"t\"},{"
                        .getBytes(StandardCharsets.UTF_8);
        assertThatThrownBy(() -> codec.decode(bad, 0, bad.length, batch, refused))
                .isInstanceOf(InvalidReadingException.class);
        assertThat(text(batch, refused)).isEqualTo("s/temperature=1.0@0 null\n");
    }

    @Test
    void boundsReadingsAndRefusals() {
        String one = "{\"sensor_id\":\"s\",\"value\":1}";
        String many = "[" + (one + ",").repeat(ReadingBatch.READINGS_MAX) + one + "]";
        assertThatThrownBy(() -> decode(many)).hasMessageStartingWith("more than 65536 readings");
        String bad = "[1" + ",1".repeat(JsonReadings.REFUSALS_MAX) + "]";
        assertThatThrownBy(() -> decode(bad))
                .hasMessageStartingWith("more than 1000 of the readings are bad")
                .hasMessageContaining("[0]: expected a JSON object");
    }

    @Test
    void agreesWithATreeOnWhatSendersSend() throws Exception {
        Random random = new Random(SEED);
        ObjectMapper mapper = new ObjectMapper();
        int plain = 0;
        for (int i = 0; i < 50_000; i++) {
            String json = randomReading(random);
            JsonNode tree = mapper.readTree(json);
            JsonNode at = tree.path("timestamp");
            long micros =
                    at.isTextual()
                            ? ChronoUnit.MICROS.between(
                                    Instant.EPOCH, OffsetDateTime.parse(at.textValue()).toInstant())
                            : at.isMissingNode() ? 0 : at.decimalValue().longValueExact() * 1000;
            if (at.isNumber() && EpochUnits.areSeconds(micros / 1000)) {
                assertThat(decode(json)).contains("looks like seconds");
                continue;
            }
            String expected =
                    tree.path("sensor_id").textValue()
                            + "/"
                            + tree.path("metric").asText("temperature")
                            + "="
                            + tree.path("value").doubleValue()
                            + "@"
                            + micros
                            + " "
                            + (tree.has("unit") ? tree.get("unit").textValue() : null)
                            + "\n";
            assertThat(decode(json)).as("%s, seed %d", json, SEED).isEqualTo(expected);
            byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
            if (new FlatScanner().scan(bytes, 0, bytes.length, false) >= 0) {
                plain++;
            }
        }
        assertThat(plain).as("readings on the fast path, seed %d", SEED).isBetween(5_000, 49_000);
    }

    /// Whatever bytes come: the fast path and Jackson alone give the same readings, the same refusals
    /// and the same reasons.
    @Test
    void theFastPathMeansWhatJacksonMeans() {
        Random random = new Random(SEED);
        int accepted = 0;
        int rejected = 0;
        for (int i = 0; i < DOCUMENTS; i++) {
            byte[] bytes = randomDocument(random);
            String fast = outcome(bytes, false);
            assertThat(fast)
                    .as("%s, seed %d", new String(bytes, StandardCharsets.ISO_8859_1), SEED)
                    .isEqualTo(outcome(bytes, true));
            if (fast.startsWith("!")) {
                rejected++;
            } else {
                accepted++;
            }
        }
        assertThat(accepted).as("accepted, seed %d", SEED).isGreaterThan(1000);
        assertThat(rejected).as("rejected, seed %d", SEED).isGreaterThan(1000);
    }

    private String outcome(byte[] bytes, boolean jacksonAlone) {
        ReadingBatch batch = new ReadingBatch();
        List<Refusal> refused = new ArrayList<>();
        try {
            int read =
                    jacksonAlone
                            ? codec.decodeAny(bytes, 0, bytes.length, null, batch, refused)
                            : codec.decode(bytes, 0, bytes.length, batch, refused);
            assertThat(read).isEqualTo(batch.size() + refused.size());
            return text(batch, refused);
        } catch (InvalidReadingException e) {
            return "!" + e.reason() + text(batch, refused);
        }
    }

    private static byte[] randomDocument(Random random) {
        String json = randomReading(random);
        int more = random.nextInt(4) == 0 ? random.nextInt(4) : 0;
        for (int i = 0; i < more; i++) {
            json += "," + randomReading(random);
        }
        if (more > 0 || random.nextInt(8) == 0) {
            json = "[" + json + "]";
        }
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        String swaps = "{}[]\",:\\ 0123456789.-+eEtfn\n\t\u0000\u007fu";
        for (int i = random.nextInt(4); i > 0; i--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] = (byte) random.nextInt(256);
                case 1 -> bytes[at] = (byte) swaps.charAt(random.nextInt(swaps.length()));
                case 2 -> {
                    byte[] cut = new byte[bytes.length - 1];
                    System.arraycopy(bytes, 0, cut, 0, at);
                    System.arraycopy(bytes, at + 1, cut, at, cut.length - at);
                    bytes = cut.length == 0 ? bytes : cut;
                }
                default -> {
                    byte[] longer = new byte[bytes.length + 1];
                    System.arraycopy(bytes, 0, longer, 0, at);
                    longer[at] = (byte) swaps.charAt(random.nextInt(swaps.length()));
                    System.arraycopy(bytes, at, longer, at + 1, bytes.length - at);
                    bytes = longer;
                }
            }
        }
        return bytes;
    }

    private static String randomReading(Random random) {
        List<String> fields = new ArrayList<>();
        fields.add(
                "\"sensor_id\":"
                        + pick(random, "\"s1\"", "\"field-7\"", "\"é\"", "\"a\\u0041b x\""));
        fields.add("\"value\":" + randomNumber(random));
        if (random.nextBoolean()) {
            fields.add("\"metric\":" + pick(random, "\"humidity\"", "\"m\"", "\"soil moisture\""));
        }
        if (random.nextInt(4) != 0) {
            String millis = Long.toString(random.nextLong(253_402_300_799_999L));
            fields.add(
                    "\"timestamp\":"
                            + pick(
                                    random,
                                    millis,
                                    millis + ".0",
                                    "1763668800000",
                                    "1.7636688E12",
                                    "\"2025-11-20T20:00:00.123456Z\"",
                                    "\"2025-11-20T17:00:00-03:00\""));
        }
        if (random.nextInt(3) == 0) {
            fields.add("\"unit\":" + pick(random, "\"°C\"", "\"%\"", "\"kPa\""));
        }
        java.util.Collections.shuffle(fields, random);
        String space = pick(random, "", "", " ", "\n\t");
        return "{" + space + String.join(space + "," + space, fields) + space + "}" + space;
    }

    private static String randomNumber(Random random) {
        return switch (random.nextInt(7)) {
            case 0 -> Integer.toString(random.nextInt());
            case 1 -> Double.toString(random.nextGaussian() * 100);
            case 2 -> Double.toString(random.nextInt(100_000) / 100.0);
            case 3 -> "-0" + pick(random, "", ".0", "e1");
            case 4 -> Long.toString(random.nextLong());
            case 5 ->
                    random.nextInt(10) + "." + "0".repeat(random.nextInt(30)) + random.nextInt(99);
            default ->
                    random.nextInt(100)
                            + pick(random, "e", "E")
                            + pick(random, "", "+", "-")
                            + random.nextInt(100);
        };
    }

    private static String pick(Random random, String... from) {
        return from[random.nextInt(from.length)];
    }

    private String decode(String json) throws InvalidReadingException {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
        ReadingBatch batch = new ReadingBatch();
        List<Refusal> refused = new ArrayList<>();
        codec.decode(bytes, 0, bytes.length, batch, refused);
        return text(batch, refused);
    }

    private static String text(ReadingBatch batch, List<Refusal> refused) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < batch.size(); i++) {
            text.append(batch.series(i))
                    .append('=')
                    .append(batch.value(i))
                    .append('@')
                    .append(batch.timestampMicros(i))
                    .append(' ')
                    .append(batch.unit(i))
                    .append('\n');
        }
        refused.forEach(r ->
                text.append('[').append(r.index()).append("] ").append(r.reason()).append('\n'));
        return text.toString();
    }
}
