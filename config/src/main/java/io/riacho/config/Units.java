package io.riacho.config;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Durations and sizes, read and written with their units.
public final class Units {

    private static final Pattern NUMBER_AND_UNIT =
            Pattern.compile("([0-9]+(?:\\.[0-9]+)?) ?(\\w*)");

    private Units() {}

    /// Reads `500ms`, `30s`, `5m`, `2h`, `7d`; fractions are fine.
    ///
    /// @throws IllegalArgumentException saying what would be right
    public static Duration duration(String text) {
        Matcher matcher = NUMBER_AND_UNIT.matcher(text.strip());
        if (matcher.matches()) {
            long unitMillis =
                    switch (matcher.group(2)) {
                        case "ms" -> 1L;
                        case "s" -> 1_000L;
                        case "m", "min" -> 60_000L;
                        case "h" -> 3_600_000L;
                        case "d" -> 86_400_000L;
                        default -> 0L;
                    };
            BigDecimal millis =
                    new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(unitMillis));
            if (unitMillis > 0 && millis.compareTo(BigDecimal.valueOf(Long.MAX_VALUE / 1000)) < 0) {
                return Duration.ofMillis(millis.longValue());
            }
        }
        throw new IllegalArgumentException(
                "'" + text + "' is not a duration; write a number and ms, s, m, h or d: 30s");
    }

    /// Writes a duration so that [#duration(String)] reads it back, in its largest whole unit.
    public static String text(Duration duration) {
        long millis = duration.toMillis();
        if (millis == 0) {
            return "0s";
        }
        if (millis % 86_400_000 == 0) {
            return millis / 86_400_000 + "d";
        }
        if (millis % 3_600_000 == 0) {
            return millis / 3_600_000 + "h";
        }
        if (millis % 60_000 == 0) {
            return millis / 60_000 + "m";
        }
        return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
    }

    /// Reads `65536`, `64KiB`, `64MiB`, `1.5GiB`, `2TiB`, and the decimal `kB`, `MB`, `GB`, `TB`.
    ///
    /// @throws IllegalArgumentException saying what would be right
    public static long bytes(String text) {
        Matcher matcher = NUMBER_AND_UNIT.matcher(text.strip());
        if (matcher.matches()) {
            long unit =
                    switch (matcher.group(2).toLowerCase(Locale.ROOT)) {
                        case "", "b" -> 1L;
                        case "kib" -> 1L << 10;
                        case "mib" -> 1L << 20;
                        case "gib" -> 1L << 30;
                        case "tib" -> 1L << 40;
                        case "kb" -> 1_000L;
                        case "mb" -> 1_000_000L;
                        case "gb" -> 1_000_000_000L;
                        case "tb" -> 1_000_000_000_000L;
                        default -> 0L;
                    };
            BigDecimal bytes = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(unit));
            if (unit > 0 && bytes.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0) {
                return bytes.longValue();
            }
        }
        throw new IllegalArgumentException(
                "'" + text + "' is not a size; write a number and KiB, MiB or GiB: 64MiB");
    }

    /// Writes a size so that [#bytes(String)] reads it back, in its largest whole unit.
    public static String bytesText(long bytes) {
        String[] units = {"", "KiB", "MiB", "GiB", "TiB"};
        int unit = 0;
        long rest = bytes;
        while (rest != 0 && rest % 1024 == 0 && unit < units.length - 1) {
            rest /= 1024;
            unit++;
        }
        return rest + units[unit];
    }
}
