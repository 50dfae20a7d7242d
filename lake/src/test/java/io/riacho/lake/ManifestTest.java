package io.riacho.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The form of the manifest, which docs/formats/lake.md specifies.
class ManifestTest {

    private static final Path PATH = Path.of("lake", "manifest");

    private static final List<Interval> INTERVALS =
            List.of(Interval.parse("1m"), Interval.parse("1h"));

    private static final LakeFile RAW =
            new LakeFile(
                    Table.RAW,
                    "dt=2026-01-01/hour=07",
                    "0-4711.parquet",
                    0,
                    4711,
                    4000,
                    123456,
                    1_767_250_800_000_000L,
                    1_767_254_399_000_000L,
                    0xfedcba98L);

    private static final LakeFile BASE =
            new LakeFile(Table.BASE, "", "base-6.parquet", 0, 99, 2, 900, -5, 5, LakeFile.UNKNOWN);

    private static final long DAY = RAW.epochDay();

    private static final Manifest MANIFEST =
            new Manifest(
                    7,
                    4711,
                    INTERVALS,
                    List.of(BASE),
                    new TreeMap<>(Map.of(DAY, Day.of(DAY, List.of(RAW), 6))));

    private static final String TEXT =
            """
            riacho-lake 2
            sequence 7
            sealed 4711
            interval 1m
            interval 1h
            file base - base-6.parquet 0 99 2 900 -5 5 -
            day 2026-01-01 6 1 123456 CHECKSUM
            """;

    private static final String DAY_TEXT =
            """
            riacho-lake-day 2
            file raw dt=2026-01-01/hour=07 0-4711.parquet 0 4711 4000 123456 1767250800000000 1767254399000000 fedcba98
            """;

    /// As the first version wrote it.
    private static final String TEXT_1 =
            """
            riacho-lake 1
            sequence 7
            sealed 4711
            interval 1m
            interval 1h
            file raw dt=2026-01-01/hour=07 0-4711.parquet 0 4711 4000 123456 1767250800000000 1767254399000000
            file base - base-6.parquet 0 99 2 900 -5 5
            crc32c a6ee6306
            """;

    private static Manifest decode(byte[] bytes, byte @Nullable [] list) throws Exception {
        return Manifest.decode(
                PATH,
                bytes,
                (day, writtenBy) -> {
                    assertThat(day).isEqualTo(DAY);
                    assertThat(writtenBy).isEqualTo(6);
                    return list;
                });
    }

    @Test
    void isWrittenAsSpecifiedAndReadBack() throws Exception {
        byte[] list = DAY_TEXT.getBytes(StandardCharsets.UTF_8);
        Day day = Day.of(DAY, List.of(RAW), 6);
        assertThat(new String(day.encode(), StandardCharsets.UTF_8)).isEqualTo(DAY_TEXT);
        byte[] bytes = MANIFEST.encode();
        String text = new String(bytes, StandardCharsets.UTF_8);
        assertThat(text)
                .startsWith(
                        TEXT.replace("CHECKSUM", HexFormat.of().toHexDigits(Day.checksum(list))))
                .matches("(?s).*\ncrc32c [0-9a-f]{8}\n");
        assertThat(decode(bytes, list)).isEqualTo(MANIFEST);
    }

    @Test
    void theFirstVersionIsReadAndWrittenAsTheNewOne() throws Exception {
        Manifest old = decode(TEXT_1.getBytes(StandardCharsets.UTF_8), null);
        assertThat(old.files())
                .extracting(LakeFile::name)
                .containsExactly("base-6.parquet", "0-4711.parquet");
        assertThat(old.files()).extracting(LakeFile::checksum).containsOnly(LakeFile.UNKNOWN);
        assertThat(old.written()).isEmpty();
        Manifest next = old.next(4712, List.of(), List.of());
        assertThat(next.written()).hasSize(1);
        assertThat(next.files()).isEqualTo(old.files());
    }

    @Test
    void aCommitWritesTheListsOfTheDaysThatItChanges() {
        LakeFile tomorrow =
                new LakeFile(Table.RAW, "dt=2026-01-02/hour=00", "a.parquet", 1, 2, 3, 4, 5, 6, 7);
        Manifest added = MANIFEST.next(4712, List.of(tomorrow), List.of());
        assertThat(added.written()).extracting(Day::date).containsExactly("2026-01-02");
        assertThat(added.fileCount()).isEqualTo(3);
        assertThat(added.bytes()).isEqualTo(900 + 123456 + 4);
        Manifest removed = added.next(4712, List.of(), List.of(RAW, BASE));
        assertThat(removed.files()).containsExactly(tomorrow);
        assertThat(removed.written()).isEmpty();
    }

    @Test
    void everyCutAndEveryFlippedBitIsSeen() {
        byte[] list = DAY_TEXT.getBytes(StandardCharsets.UTF_8);
        byte[] bytes = MANIFEST.encode();
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = java.util.Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> decode(cut, list)).isInstanceOf(LakeDamagedException.class);
        }
        for (int bit = 0; bit < bytes.length * 8; bit++) {
            byte[] flipped = bytes.clone();
            flipped[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThatThrownBy(() -> decode(flipped, list))
                    .isInstanceOf(LakeDamagedException.class)
                    .hasMessageContaining(PATH.toString());
        }
        for (int bit = 0; bit < list.length * 8; bit++) {
            byte[] flipped = list.clone();
            flipped[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThatThrownBy(() -> decode(bytes, flipped))
                    .isInstanceOf(LakeDamagedException.class)
                    .hasMessageContaining("2026-01-01");
        }
        assertThatThrownBy(() -> decode(bytes, null)).isInstanceOf(LakeDamagedException.class);
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
