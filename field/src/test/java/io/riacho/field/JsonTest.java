package io.riacho.field;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The JSON that the field's sensors write.
class JsonTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Emission READING =
            new Emission.Measured(
                    "a\"\\\nb",
                    "humidity",
                    41.5,
                    1_763_668_800_000_999L,
                    "%",
                    Emission.Delivery.ON_TIME);

    @Test
    void readingIsTheContractsJsonOnOneLine() throws Exception {
        String line = Json.line(READING);
        JsonNode node = JSON.readTree(line);
        assertThat(line).doesNotContain("\n");
        assertThat(node.get("sensor_id").asText()).isEqualTo("a\"\\\nb");
        assertThat(node.get("metric").asText()).isEqualTo("humidity");
        assertThat(node.get("value").asDouble()).isEqualTo(41.5);
        assertThat(node.get("timestamp").asLong()).isEqualTo(1_763_668_800_000L);
        assertThat(node.get("unit").asText()).isEqualTo("%");
    }

    @Test
    void brokenReadingsAreBrokenInTheirWays() throws Exception {
        assertThat(JSON.readTree(line(Emission.Fault.NOT_A_NUMBER)).get("value").isTextual())
                .isTrue();
        assertThat(JSON.readTree(line(Emission.Fault.NO_VALUE)).has("value")).isFalse();
        assertThatThrownBy(() -> JSON.readTree(line(Emission.Fault.CUT_SHORT)))
                .isInstanceOf(JsonProcessingException.class);
    }

    @Test
    void arrayIsWholeWhateverIsInIt() throws Exception {
        JsonNode array =
                JSON.readTree(
                        Json.array(
                                List.of(
                                        READING,
                                        new Emission.Broken("s", "m", Emission.Fault.CUT_SHORT))));
        assertThat(array).hasSize(2);
        assertThat(array.get(1).has("value")).isFalse();
    }

    private static String line(Emission.Fault fault) {
        return Json.line(new Emission.Broken("s", "m", fault));
    }
}
