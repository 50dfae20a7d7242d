package io.riacho.formats.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Rfc3339Test {

    private static final long SEED = Long.getLong("riacho.seed", System.nanoTime());

    @ParameterizedTest
    @CsvSource({
        "1970-01-01T00:00:00Z, 0",
        "2025-11-20T20:00:00Z, 1763668800000000",
        "2025-11-20t20:00:00z, 1763668800000000",
        "2025-11-20 20:00:00Z, 1763668800000000",
        "2025-11-20T17:00:00-03:00, 1763668800000000",
        "2025-11-20T20:00:00.5Z, 1763668800500000",
        "2025-11-20T20:00:00.000001Z, 1763668800000001",
        "2025-11-20T20:00:00.000001999Z, 1763668800000001",
        "2024-02-29T00:00:00Z, 1709164800000000",
        "0000-03-01T00:00:00Z, -62162035200000000",
    })
    void readsDateTimes(String text, long micros) {
        assertThat(parse(text)).isEqualTo(micros);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "2025-11-20",
                "2025-11-20T20:00:00",
                "2025-11-20T20:00:60Z",
                "2025-11-20T24:00:00Z",
                "2025-02-29T00:00:00Z",
                "2025-13-01T00:00:00Z",
                "2025-00-01T00:00:00Z",
                "2025-01-00T00:00:00Z",
                "2025-01-32T00:00:00Z",
                "2025-11-20T20:00:00.Z",
                "2025-11-20T20:00:00+2400",
                "2025-11-20T20:00:00+24:00",
                "2025-11-20T20:00:00Zjunk",
                "2025-11-20T20:00:00+03:0",
                "2025/11/20T20:00:00Z",
                "+025-11-20T20:00:00Z",
                "2025-11-2xT20:00:00Z",
            })
    void refusesWhatIsNone(String text) {
        assertThat(parse(text)).isEqualTo(Rfc3339.INVALID);
    }

    @Test
    void anOffsetWithoutAColonIsTaken() {
        assertThat(parse("2025-11-20T21:00:00+0100")).isEqualTo(1_763_668_800_000_000L);
        assertThat(parse("2025-11-20T17:30:00.5-0230")).isEqualTo(1_763_668_800_500_000L);
        assertThat(parse("2025-11-20T21:00:00+010")).isEqualTo(Rfc3339.INVALID);
        assertThat(parse("2025-11-20T21:00:00+01:0")).isEqualTo(Rfc3339.INVALID);
        assertThat(parse("2025-11-20T21:00:00+01-00")).isEqualTo(Rfc3339.INVALID);
    }

    @Test
    void agreesWithJavaTime() {
        Random random = new Random(SEED);
        for (int i = 0; i < 200_000; i++) {
            long micros = random.nextLong(-62_167_219_200_000_000L, 253_402_300_799_999_999L);
            Instant instant = Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
            ZoneOffset offset =
                    random.nextBoolean()
                            ? ZoneOffset.UTC
                            : ZoneOffset.ofTotalSeconds(random.nextInt(-1079, 1080) * 60);
            OffsetDateTime time = instant.atOffset(offset);
            if (time.getYear() < 0 || time.getYear() > 9999) {
                continue;
            }
            String text = time.format(DateTimeFormatter.ISO_OFFSET_DATE_TIME);
            assertThat(parse(text)).as("%s, seed %d", text, SEED).isEqualTo(micros);
            assertThat(parse(Rfc3339.format(micros)))
                    .as("%d, seed %d", micros, SEED)
                    .isEqualTo(
                            instant.atOffset(ZoneOffset.UTC).getYear() < 0
                                    ? Rfc3339.INVALID
                                    : micros);
        }
    }

    private static long parse(String text) {
        byte[] bytes = ("<" + text + ">").getBytes(StandardCharsets.UTF_8);
        return Rfc3339.parseMicros(bytes, 1, bytes.length - 1);
    }
}
