package io.riacho.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The form of the manifest, which docs/formats/lake.md specifies.
class ManifestTest {

    private static final Path PATH = Path.of("lake", "manifest");

    private static final Manifest MANIFEST =
            new Manifest(
                    7,
                    4711,
                    List.of(Interval.parse("1m"), Interval.parse("1h")),
                    List.of(
                            new LakeFile(
                                    Table.RAW,
                                    "dt=2026-01-01/hour=07",
                                    "0-4711.parquet",
                                    0,
                                    4711,
                                    4000,
                                    123456,
                                    1_767_250_800_000_000L,
                                    1_767_254_399_000_000L),
                            new LakeFile(Table.BASE, "", "base-6.parquet", 0, 99, 2, 900, -5, 5)));

    private static final String TEXT =
            """
            riacho-lake 1
            sequence 7
            sealed 4711
            interval 1m
            interval 1h
            file raw dt=2026-01-01/hour=07 0-4711.parquet 0 4711 4000 123456 1767250800000000 1767254399000000
            file base - base-6.parquet 0 99 2 900 -5 5
            """;

    @Test
    void isWrittenAsSpecifiedAndReadBack() throws Exception {
        byte[] bytes = MANIFEST.encode();
        String text = new String(bytes, StandardCharsets.UTF_8);
        assertThat(text).startsWith(TEXT).matches("(?s).*\ncrc32c [0-9a-f]{8}\n");
        assertThat(Manifest.decode(PATH, bytes)).isEqualTo(MANIFEST);
    }

    @Test
    void everyCutAndEveryFlippedBitIsSeen() {
        byte[] bytes = MANIFEST.encode();
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = java.util.Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> Manifest.decode(PATH, cut))
                    .isInstanceOf(LakeDamagedException.class);
        }
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            byte[] flipped = bytes.clone();
            flipped[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThatThrownBy(() -> Manifest.decode(PATH, flipped))
                    .isInstanceOf(LakeDamagedException.class)
                    .hasMessageContaining(PATH.toString());
        }
    }

    @Test
    void intervalsDivideADay() {
        assertThat(Interval.parse("15m").micros()).isEqualTo(900_000_000L);
        for (String wrong : List.of("", "m", "7h", "0m", "15", "15 m", "2d", "-1h", "1w")) {
            assertThatThrownBy(() -> Interval.parse(wrong))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'" + wrong + "'");
        }
    }
}
