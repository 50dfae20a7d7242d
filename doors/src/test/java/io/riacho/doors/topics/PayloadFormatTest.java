package io.riacho.doors.topics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.riacho.api.readings.InvalidReadingException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PayloadFormatTest {

    @ParameterizedTest
    @CsvSource({
        "application/json, JSON",
        "Application/JSON; charset=utf-8, JSON",
        "application/senml+json, SENML",
        "application/x-protobuf, PROTOBUF"
    })
    void theContentTypeDecides(String type, PayloadFormat format) throws Exception {
        assertThat(PayloadFormat.ofType(type)).isEqualTo(format);
    }

    @Test
    void anUnknownContentTypeIsRefused() {
        assertThatThrownBy(() -> PayloadFormat.ofType("text/plain"))
                .isInstanceOf(InvalidReadingException.class)
                .hasMessageContaining("'text/plain' is not known")
                .hasMessageContaining("application/senml+json");
    }

    @ParameterizedTest
    @CsvSource({"123, JSON", "91, JSON", "10, PROTOBUF", "32, PROTOBUF", "49, PROTOBUF"})
    void withoutOneTheFirstByteDoes(byte first, PayloadFormat format) {
        assertThat(PayloadFormat.ofFirstByte(first)).isEqualTo(format);
    }
}
