package io.riacho.formats.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.riacho.api.readings.InvalidReadingException;
import io.riacho.api.readings.ReadingBatch;
import io.riacho.api.readings.Refusal;
import io.riacho.api.readings.SeriesTable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SenmlReadingsTest {

    private static final long NOW_MICROS = 1_763_668_800_000_000L;

    private final SeriesTable table = new SeriesTable(100);
    private final SenmlReadings codec = new SenmlReadings(table, () -> NOW_MICROS);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[{\"n\":\"urn:dev:ow:10e2073a01080063\",\"u\":\"Cel\",\"v\":23.1}]"
                        + "| urn:dev:ow:10e2073a01080063 temperature 23.1 0 Cel",
                "[{\"bn\":\"urn:dev:ow:10e2073a01080063:\",\"n\":\"voltage\",\"u\":\"V\",\"v\":120.1},"
                        + "{\"n\":\"current\",\"u\":\"A\",\"v\":1.2}]"
                        + "| urn:dev:ow:10e2073a01080063 voltage 120.1 0 V;"
                        + " urn:dev:ow:10e2073a01080063 current 1.2 0 A",
                "[{\"bn\":\"urn:dev:ow:10e2073a0108006:\",\"bt\":1.276020076001e+09,\"bu\":\"A\","
                        + "\"bver\":5,\"n\":\"voltage\",\"u\":\"V\",\"v\":120.1},"
                        + "{\"n\":\"current\",\"t\":-5,\"v\":1.2},{\"n\":\"current\",\"v\":1.7}]"
                        + "| urn:dev:ow:10e2073a0108006 voltage 120.1 1276020076001000 V;"
                        + " urn:dev:ow:10e2073a0108006 current 1.2 1276020071001000 A;"
                        + " urn:dev:ow:10e2073a0108006 current 1.7 1276020076001000 A",
                "[{\"bn\":\"s1/\",\"n\":\"humidity\",\"v\":41}] | s1 humidity 41.0 0",
                "[{\"bn\":\"s1\",\"v\":41}] | s1 temperature 41.0 0",
                "{\"n\":\"s1\",\"v\":-1} | s1 temperature -1.0 0",
                "[{\"bn\":\"s1\",\"bv\":20},{\"v\":1.5},{\"v\":2,\"bv\":30}]"
                        + "| s1 temperature 21.5 0; s1 temperature 32.0 0",
                "[{\"bn\":\"s1/\",\"n\":\"open\",\"vb\":true},{\"n\":\"open\",\"vb\":false}]"
                        + "| s1 open 1.0 0; s1 open 0.0 0",
                // Below 2^28 seconds a time is relative to now, backward or forward.
                "[{\"n\":\"s1\",\"v\":1,\"t\":-60}] | s1 temperature 1.0 1763668740000000",
                "[{\"n\":\"s1\",\"v\":1,\"t\":268435455}] | s1 temperature 1.0 2032104255000000",
                "[{\"n\":\"s1\",\"v\":1,\"t\":268435456}] | s1 temperature 1.0 268435456000000",
                "[{\"bn\":\"s1\",\"bt\":1763668800.000001,\"t\":0.000002,\"v\":1}]"
                        + "| s1 temperature 1.0 1763668800000003",
                "[{\"n\":\"s1\",\"v\":1,\"ut\":60,\"s\":5,\"color\":\"red\"}] | s1 temperature 1.0 0",
                "[] | ``",
            })
    void aPackBecomesReadings(String pack, String readings) throws Exception {
        assertThat(decode(pack, null)).isEqualTo(readings.strip());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[{\"v\":1}] | s1 temperature 1.0 0",
                "[{\"n\":\"s1\",\"v\":1}] | s1 temperature 1.0 0",
                "[{\"n\":\"humidity\",\"v\":1}] | s1 humidity 1.0 0",
                "[{\"bn\":\"s1/\",\"n\":\"humidity\",\"v\":1}] | s1 humidity 1.0 0",
                "[{\"n\":\"s1/humidity\",\"v\":1}] | s1 humidity 1.0 0",
                "[{\"bn\":\"s1:\",\"n\":\"humidity\",\"v\":1}] | s1 humidity 1.0 0",
                "[{\"bn\":\"s1\",\"v\":1}] | s1 temperature 1.0 0",
                "[{\"bn\":\"s2/\",\"n\":\"humidity\",\"v\":1}]"
                        + "| [0] the sensor_id 's2' is not the topic's, 's1'",
                "[{\"n\":\"s2/humidity\",\"v\":1}]"
                        + "| [0] the sensor_id 's2' is not the topic's, 's1'",
                "[{\"bn\":\"s2\",\"v\":1}] | [0] the sensor_id 's2' is not the topic's, 's1'",
            })
    void whereTheTopicNamesTheSensorANameAloneIsTheMetric(String pack, String readings)
            throws Exception {
        assertThat(decode(pack, KnownSensor.of(table, "s1"))).isEqualTo(readings.strip());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"v\":1} | the record has no name: 'n' or 'bn' is missing",
                "{\"n\":\"s1\"} | the record has no value 'v'",
                "{\"n\":\"s1\",\"s\":5} | a sum 's' without a value 'v'; a reading has a value",
                "{\"n\":\"s1\",\"v\":1,\"vb\":true} | the record has more than one value",
                "{\"n\":\"s1\",\"v\":1,\"s\":\"x\"} | 's' is not a number",
                "{\"n\":\"s1\",\"v\":1,\"ut\":\"x\"} | 'ut' is not a number",
                "{\"n\":\"s 1\",\"v\":1} | the name 's 1' is none of SenML's: letters, digits and -:./_ only,"
                        + " and a letter or digit first",
                "{\"n\":\"_s1\",\"v\":1} | the name '_s1' is none of SenML's: letters, digits and -:./_ only,"
                        + " and a letter or digit first",
                "{\"n\":\"s1\",\"vs\":\"on\"} | 'vs' is text or data; a reading's value is a number",
                "{\"n\":\"s1\",\"vd\":\"AA\"} | 'vd' is text or data; a reading's value is a number",
                "{\"n\":\"s1\",\"v\":\"1\"} | 'v' is not a number",
                "{\"n\":\"s1\",\"vb\":1} | 'vb' is neither true nor false",
                "{\"n\":1,\"v\":1} | 'n' is not text",
                "{\"n\":\"a/b/c\",\"v\":1} | the sensor id must not contain '/'",
                "{\"n\":\"s1\",\"v\":1e200} | the value 1.0E200 is not finite and at most 1e150 in size",
                "{\"n\":\"s1\",\"v\":1,\"v\":2} | the field 'v' is there twice",
                "{\"n\":\"s1\",\"v\":1,\"new_\":1} | the field 'new_' must be understood, and is not",
                "{\"n\":\"s1\",\"v\":1,\"t\":1e300} | 't' is no time in seconds",
                "{\"n\":\"s1\",\"v\":1,\"t\":1e-999999999} | 't' is no time in seconds",
                "{\"n\":\"s1\",\"v\":1,\"t\":1e-99999999999} | 't' is no time in seconds",
                "7 | expected a JSON object",
            })
    void aBadRecordIsRefusedAndTheOthersAreStored(String record, String reason) throws Exception {
        assertThat(decode("[{\"n\":\"ok\",\"v\":1}," + record + ",{\"n\":\"ok\",\"v\":2}]", null))
                .isEqualTo("ok temperature 1.0 0; ok temperature 2.0 0; [1] " + reason.strip());
    }

    /// They hold for it as much as for the record that has them.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"bver\":11 | 'bver' | SenML of version 11; known is version 10",
                "\"bver\":0 | 'bver' | 'bver' is not a whole number above 0",
                "\"bver\":5.5 | 'bver' | 'bver' is not a whole number above 0",
                "\"bt\":\"x\" | 'bt' | 'bt' is not a number",
                "\"bn\":7 | 'bn' | 'bn' is not text",
                "\"bv\":\"x\" | 'bv' | 'bv' is not a number",
                "\"bs\":\"x\" | 'bs' | 'bs' is not a number",
                "\"bnew_\":1 | 'bnew_' | the field 'bnew_' must be understood, and is not",
            })
    void aBaseFieldThatIsWrongRefusesWhatFollowsIt(String base, String name, String reason)
            throws Exception {
        String pack =
                "[{\"n\":\"a\",\"v\":1},{\"n\":\"b\",\"v\":2," + base + "},{\"n\":\"c\",\"v\":3}]";
        assertThat(decode(pack, null))
                .isEqualTo(
                        "a temperature 1.0 0; [1] %s; [2] the base field %s before it: %s"
                                .formatted(reason, name, reason));
    }

    @Test
    void aBaseFieldThatIsThereAgainHoldsFromThenOn() throws Exception {
        String pack =
                "[{\"bt\":\"x\"},{\"n\":\"b\",\"v\":2},{\"bt\":1763668800,\"n\":\"c\",\"v\":3}]";
        assertThat(decode(pack, null))
                .isEqualTo(
                        "c temperature 3.0 1763668800000000; [0] 'bt' is not a number;"
                                + " [1] the base field 'bt' before it: 'bt' is not a number");
    }

    /// The JSON examples of RFC 8428, 5.1, whole.
    @ParameterizedTest
    @CsvFileSource(resources = "/senml-rfc8428.txt", delimiter = '|', quoteCharacter = '`')
    void anExampleOfTheSpecificationBecomesItsReadings(String section, String pack, String readings)
            throws Exception {
        assertThat(decode(pack, null)).as(section).isEqualTo(readings.strip());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "7", "[{\"n\":\"s1\",\"v\":1}", "[{\"n\":\"s1\",\"v\":1}] x"})
    void whatIsNoPackIsRefusedWhole(String text) {
        assertThatThrownBy(() -> decode(text, null)).isInstanceOf(InvalidReadingException.class);
    }

    @Test
    void basesDoNotOutliveTheirPack() throws Exception {
        decode(
                "[{\"bn\":\"s1/\",\"bt\":1763668800,\"bu\":\"V\",\"bv\":5,\"n\":\"m\",\"v\":1}]",
                null);
        assertThat(decode("[{\"n\":\"s2\",\"v\":1}]", null)).isEqualTo("s2 temperature 1.0 0");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[{\"n\":\"x\"}] | true",
                " [ { \"bver\" : 5 } ] | true",
                "{\"v\":1} | true",
                "[{\"value\":1}] | false",
                "{\"sensor_id\":\"n\"} | false",
                "{} | false",
                "[] | false",
                "[7] | false",
                "{\"n | false",
                "{ | false",
                "`` | false",
            })
    void aPackIsKnownByItsFirstKey(String json, boolean senml) {
        byte[] bytes = json.strip().getBytes(StandardCharsets.UTF_8);
        assertThat(SenmlReadings.isLikely(bytes, 0, bytes.length)).isEqualTo(senml);
    }

    @Test
    void aRecordOfBaseFieldsAloneIsNoReading() throws Exception {
        byte[] bytes = "[{\"bn\":\"s1\"},{\"v\":1},{\"n\":\"x\"}]".getBytes(StandardCharsets.UTF_8);
        ReadingBatch batch = new ReadingBatch();
        List<Refusal> refused = new ArrayList<>();
        assertThat(codec.decode(bytes, 0, bytes.length, null, batch, refused)).isEqualTo(2);
        assertThat(batch.size()).isEqualTo(1);
        assertThat(refused).extracting(Refusal::index).containsExactly(2);
    }

    private String decode(String pack, @Nullable KnownSensor known) throws InvalidReadingException {
        byte[] bytes = pack.strip().getBytes(StandardCharsets.UTF_8);
        ReadingBatch batch = new ReadingBatch();
        List<Refusal> refused = new ArrayList<>();
        codec.decode(bytes, 0, bytes.length, known, batch, refused);
        List<String> all = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            String unit = batch.unit(i);
            all.add(
                    batch.series(i).sensor()
                            + " "
                            + batch.series(i).metric()
                            + " "
                            + batch.value(i)
                            + " "
                            + batch.timestampMicros(i)
                            + (unit == null ? "" : " " + unit));
        }
        for (Refusal each : refused) {
            all.add("[" + each.index() + "] " + each.reason());
        }
        return String.join("; ", all);
    }
}
