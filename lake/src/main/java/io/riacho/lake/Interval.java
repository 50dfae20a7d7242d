package io.riacho.lake;

import java.util.Locale;

/// The size of a tumbling rollup window. It divides a day, so that no window crosses a partition.
///
/// @param name as it stands in SQL and in paths: a number and `s`, `m`, `h` or `d`, such as `15m`
/// @param micros the same in microseconds
public record Interval(String name, long micros) {

    static final long HOUR_MICROS = 3_600_000_000L;
    static final long DAY_MICROS = 24 * HOUR_MICROS;

    public Interval {
        if (micros <= 0 || DAY_MICROS % micros != 0) {
            throw new IllegalArgumentException(
                    "rollup interval '" + name + "' does not divide a day");
        }
    }

    /// Parses `30s`, `1m`, `15m`, `1h`, `1d`.
    ///
    /// @throws IllegalArgumentException if it is of another form or does not divide a day
    public static Interval parse(String name) {
        long unitMicros =
                switch (name.isEmpty() ? ' ' : name.charAt(name.length() - 1)) {
                    case 's' -> 1_000_000L;
                    case 'm' -> 60_000_000L;
                    case 'h' -> HOUR_MICROS;
                    case 'd' -> DAY_MICROS;
                    default -> 0L;
                };
        String digits = name.substring(0, Math.max(0, name.length() - 1));
        if (unitMicros == 0 || !digits.matches("[1-9][0-9]{0,5}")) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "rollup interval '%s' is not a number followed by s, m, h or d",
                            name));
        }
        return new Interval(name, Long.parseLong(digits) * unitMicros);
    }
}
