package io.riacho.doors.mqtt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.riacho.api.readings.InvalidReadingException;
import io.riacho.api.readings.ReadingBatch;
import io.riacho.api.readings.Refusal;
import io.riacho.api.readings.SeriesTable;
import io.riacho.doors.topics.PayloadDecoder;
import io.riacho.formats.json.JsonReadings;
import io.riacho.protocol.sensor.Temperature;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Payloads of data topics as JSON, SenML and protobuf: whatever the bytes, they give readings that a
/// batch may have, or an [InvalidReadingException] and nothing added. `./dev fuzz payloads` looks for
/// inputs that break this; what it finds becomes a seed here.
///
/// An input's first byte chooses its content type.
public class PayloadFuzzTest {

    private static final @Nullable String[] TYPES = {
        null, "application/json", "application/senml+json", "application/x-protobuf", "text/plain"
    };

    private static final long MICROS_PER_MILLI = 1000;
    private static final long NOW_MILLIS = 1_763_668_800_000L;

    /// Each format, by its content type and by its first byte.
    public static List<byte[]> seeds() {
        byte[] protobuf =
                Temperature.newBuilder()
                        .setSensorId("s")
                        .setValue(21.5)
                        .setTimestamp(NOW_MILLIS)
                        .build()
                        .toByteArray();
        return Stream.of(
                        typed(0, text("{\"value\":1}")),
                        typed(1, text("[{\"value\":1,\"metric\":\"m\"},{\"value\":\"x\"}]")),
                        typed(0, text("[{\"bn\":\"s\",\"bt\":1.7e9,\"v\":2,\"u\":\"Cel\"}]")),
                        typed(
                                2,
                                text(
                                        "[{\"bn\":\"s:\",\"bu\":\"Cel\",\"bv\":20,\"bver\":10,"
                                                + "\"n\":\"t\",\"v\":1,\"t\":-5},{\"n\":\"ok\","
                                                + "\"vb\":true},{\"n\":\"h\",\"vs\":\"x\"},"
                                                + "{\"n\":\"e\",\"s\":3,\"ut\":9}]")),
                        // Found: it was counted as a reading.
                        typed(2, text("[{\"bn\":\"s:\"}]")),
                        typed(0, protobuf),
                        typed(3, protobuf),
                        typed(4, protobuf))
                .toList();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] typed(int type, byte[] payload) {
        byte[] input = new byte[1 + payload.length];
        input[0] = (byte) type;
        System.arraycopy(payload, 0, input, 1, payload.length);
        return input;
    }

    /// What Jazzer calls.
    public static void fuzzerTestOneInput(byte[] input) throws InvalidReadingException {
        if (input.length == 0) {
            return;
        }
        String type = TYPES[(input[0] & 0xFF) % TYPES.length];
        byte[] payload = Arrays.copyOfRange(input, 1, input.length);
        PayloadDecoder decoder = new PayloadDecoder(new SeriesTable(1000), () -> NOW_MILLIS);
        ReadingBatch batch = new ReadingBatch();
        List<Refusal> refused = new ArrayList<>();
        try {
            int read = decoder.decode(payload, type, decoder.sensor("s"), batch, refused);
            assertThat(batch.size() + refused.size()).isEqualTo(read);
        } catch (InvalidReadingException e) {
            assertThat(e.reason()).isNotEmpty();
            assertThat(batch.isEmpty() && refused.isEmpty()).as("nothing was added").isTrue();
        }
        for (int i = 0; i < batch.size(); i++) {
            assertThat(Math.abs(batch.value(i))).isLessThanOrEqualTo(ReadingBatch.VALUE_MAX);
            assertThat(batch.timestampMicros(i))
                    .isBetween(0L, JsonReadings.TIMESTAMP_MILLIS_MAX * MICROS_PER_MILLI + 999);
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void noPayloadButReadingsOrARefusal(byte[] input) {
        for (int length = 0; length <= input.length; length++) {
            byte[] cut = Arrays.copyOf(input, length);
            assertThatCode(() -> fuzzerTestOneInput(cut)).doesNotThrowAnyException();
        }
    }
}
