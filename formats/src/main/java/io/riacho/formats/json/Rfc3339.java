package io.riacho.formats.json;

/// Date and time of [RFC 3339, section 5.6](https://www.rfc-editor.org/rfc/rfc3339#section-5.6), read
/// from bytes and written to text, to the microsecond.
public final class Rfc3339 {

    /// What [#parseMicros] returns for text that is not a date and time.
    public static final long INVALID = Long.MIN_VALUE;

    private static final long MICROS_PER_SECOND = 1_000_000;
    private static final int SECONDS_PER_DAY = 86_400;

    private Rfc3339() {}

    /// The moment in µs since 1970 UTC, or [#INVALID]. The separator is `T`, `t` or a space; digits
    /// below the microsecond are cut; the offset's colon may be absent; a leap second (`:60`) has no place in UTC µs and is invalid.
    public static long parseMicros(byte[] text, int from, int to) {
        // 2025-11-20T20:00:00Z is the shortest.
        if (to - from < 20) {
            return INVALID;
        }
        int year = digits(text, from, 4);
        int month = digits(text, from + 5, 2);
        int day = digits(text, from + 8, 2);
        int hour = digits(text, from + 11, 2);
        int minute = digits(text, from + 14, 2);
        int second = digits(text, from + 17, 2);
        byte separator = text[from + 10];
        boolean shape =
                text[from + 4] == '-'
                        && text[from + 7] == '-'
                        && (separator == 'T' || separator == 't' || separator == ' ')
                        && text[from + 13] == ':'
                        && text[from + 16] == ':';
        if (!shape
                || (year | month | day | hour | minute | second) < 0
                || month < 1
                || month > 12
                || day < 1
                || day > daysIn(year, month)
                || hour > 23
                || minute > 59
                || second > 59) {
            return INVALID;
        }
        int at = from + 19;
        long fraction = 0;
        if (text[at] == '.') {
            int first = ++at;
            int weight = 100_000;
            while (at < to && text[at] >= '0' && text[at] <= '9') {
                fraction += (long) (text[at] - '0') * weight;
                weight /= 10;
                at++;
            }
            if (at == first) {
                return INVALID;
            }
        }
        int offset = offsetSeconds(text, at, to);
        if (offset == Integer.MIN_VALUE) {
            return INVALID;
        }
        long seconds =
                daysSince1970(year, month, day) * SECONDS_PER_DAY
                        + hour * 3600L
                        + minute * 60L
                        + second
                        - offset;
        return seconds * MICROS_PER_SECOND + fraction;
    }

    /// `2025-11-20T20:00:00Z`, with as much of a fraction as there is: none, ms or µs.
    public static String format(long micros) {
        StringBuilder text = new StringBuilder(27);
        long seconds = Math.floorDiv(micros, MICROS_PER_SECOND);
        int fraction = (int) Math.floorMod(micros, MICROS_PER_SECOND);
        text.append(
                java.time.LocalDateTime.ofEpochSecond(seconds, 0, java.time.ZoneOffset.UTC)
                        .format(java.time.format.DateTimeFormatter.ISO_LOCAL_DATE_TIME));
        if (fraction != 0) {
            int width = fraction % 1000 == 0 ? 3 : 6;
            String digits = Integer.toString(width == 3 ? fraction / 1000 : fraction);
            text.append('.').repeat('0', width - digits.length()).append(digits);
        }
        return text.append('Z').toString();
    }

    private static int offsetSeconds(byte[] text, int at, int to) {
        if (at == to - 1 && (text[at] == 'Z' || text[at] == 'z')) {
            return 0;
        }
        // ISO 8601's +0100 as well: what many libraries of C write by %z.
        boolean colon = at == to - 6 && text[at + 3] == ':';
        if (!(colon || at == to - 5) || (text[at] != '+' && text[at] != '-')) {
            return Integer.MIN_VALUE;
        }
        int hours = digits(text, at + 1, 2);
        int minutes = digits(text, to - 2, 2);
        if ((hours | minutes) < 0 || hours > 23 || minutes > 59) {
            return Integer.MIN_VALUE;
        }
        int seconds = hours * 3600 + minutes * 60;
        return text[at] == '+' ? seconds : -seconds;
    }

    /// The number that the digits say, or a negative one.
    private static int digits(byte[] text, int from, int count) {
        int number = 0;
        for (int i = from; i < from + count; i++) {
            int digit = text[i] - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            number = number * 10 + digit;
        }
        return number;
    }

    private static int daysIn(int year, int month) {
        return switch (month) {
            case 2 -> (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28;
            case 4, 6, 9, 11 -> 30;
            default -> 31;
        };
    }

    /// Days of the proleptic Gregorian calendar, by counting years from March (Howard Hinnant,
    /// "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`).
    private static long daysSince1970(int year, int month, int day) {
        int y = month <= 2 ? year - 1 : year;
        int era = Math.floorDiv(y, 400);
        int yearOfEra = y - era * 400;
        int dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
        int dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
        return era * 146_097L + dayOfEra - 719_468;
    }
}
