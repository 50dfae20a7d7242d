package io.riacho.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The key that was probably meant.
class SuggestionTest {

    @ParameterizedTest
    @CsvSource({"tcp.port, tcp.prot, 1", "kitten, sitting, 3", "abc, abc, 0", "'', abc, 3"})
    void distanceCountsEditsAndSwaps(String a, String b, int edits) {
        assertThat(Suggestion.distance(a, b)).isEqualTo(edits);
        assertThat(Suggestion.distance(b, a)).isEqualTo(edits);
    }

    @Test
    void nearestIsFoundByItsLastPartAloneAndIsNullWhenNoneIsNear() {
        List<String> paths = List.of("tcp.port", "tcp.line-bytes-max", "stream.series-max");

        assertThat(Suggestion.nearest("tcp.prot", paths)).isEqualTo("tcp.port");
        assertThat(Suggestion.nearest("lineBytesMax", paths)).isEqualTo("tcp.line-bytes-max");
        assertThat(Suggestion.nearest("xyzzy", paths)).isNull();
    }
}
