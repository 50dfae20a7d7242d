package io.riacho.formats.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.riacho.api.readings.InvalidReadingException;
import io.riacho.api.readings.ReadingBatch;
import io.riacho.api.readings.Refusal;
import io.riacho.api.readings.SeriesTable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The quick scanner and Jackson agree about every document: the same readings, the same refusals.
/// `./dev fuzz json` looks for documents about which they differ; what it finds becomes a seed here.
public class JsonReadingsFuzzTest {

    /// What the quick scanner takes, and what it leaves to Jackson.
    public static List<byte[]> seeds() {
        return Stream.of(
                        "{\"sensor_id\":\"s\",\"value\":-1.5e1}",
                        "{\"sensor_id\": \"s\", \"metric\": \"m\", \"value\": 21.5,"
                                + " \"timestamp\": 1763668800000, \"unit\": \"°C\"}",
                        "[{\"sensor_id\":\"a\",\"value\":1}, {\"sensor_id\":\"b\",\"value\":2}]",
                        "[{\"sensor_id\":\"a\",\"value\":1},{\"sensor_id\":\"\",\"value\":2}]",
                        "{\"sensor_id\":\"\\u00e9\\n\",\"value\":1,"
                                + "\"timestamp\":\"2025-11-20T20:00:00.000001Z\"}",
                        "{\"sensor_id\":\"s\",\"value\":1e999,\"unit\":null,\"metric\":null}")
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    /// What Jazzer calls.
    public static void fuzzerTestOneInput(byte[] input) {
        assertThat(outcome(input, false)).isEqualTo(outcome(input, true));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void bothReadTheSame(byte[] input) {
        for (int length = 0; length <= input.length; length++) {
            byte[] cut = Arrays.copyOf(input, length);
            assertThatCode(() -> fuzzerTestOneInput(cut)).doesNotThrowAnyException();
        }
    }

    private static String outcome(byte[] bytes, boolean jacksonAlone) {
        JsonReadings codec = new JsonReadings(new SeriesTable(1000));
        ReadingBatch batch = new ReadingBatch();
        List<Refusal> refused = new ArrayList<>();
        StringBuilder outcome = new StringBuilder();
        try {
            int read =
                    jacksonAlone
                            ? codec.decodeAny(bytes, 0, bytes.length, null, batch, refused)
                            : codec.decode(bytes, 0, bytes.length, batch, refused);
            assertThat(read).isEqualTo(batch.size() + refused.size());
        } catch (InvalidReadingException e) {
            assertThat(batch.isEmpty() && refused.isEmpty()).isTrue();
            outcome.append(e.reason());
        }
        for (int i = 0; i < batch.size(); i++) {
            outcome.append(batch.series(i))
                    .append('=')
                    .append(batch.value(i))
                    .append('@')
                    .append(batch.timestampMicros(i))
                    .append(batch.unit(i))
                    .append('\n');
        }
        return outcome.append(refused).toString();
    }
}
