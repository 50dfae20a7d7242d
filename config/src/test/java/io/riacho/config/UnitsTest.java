package io.riacho.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Durations and sizes, read and written.
class UnitsTest {

    @ParameterizedTest
    @CsvSource({
        "0s, 0, 0s",
        "500ms, 500, 500ms",
        "1.5s, 1500, 1500ms",
        "90s, 90000, 90s",
        "60s, 60000, 1m",
        "2h, 7200000, 2h",
        "7d, 604800000, 7d"
    })
    void durationsReadAndWrite(String text, long millis, String canonical) {
        assertThat(Units.duration(text)).isEqualTo(Duration.ofMillis(millis));
        assertThat(Units.text(Duration.ofMillis(millis))).isEqualTo(canonical);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 0",
        "1000, 1000, 1000",
        "64KiB, 65536, 64KiB",
        "1.5GiB, 1610612736, 1536MiB",
        "1GB, 1000000000, 1000000000",
        "2 TiB, 2199023255552, 2TiB"
    })
    void sizesReadAndWrite(String text, long bytes, String canonical) {
        assertThat(Units.bytes(text)).isEqualTo(bytes);
        assertThat(Units.bytesText(bytes)).isEqualTo(canonical);
    }
}
