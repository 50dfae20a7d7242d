package io.riacho.formats;

import io.riacho.api.readings.InvalidReadingException;

/// Tells a number of seconds, or of milliseconds, where a finer unit is expected: taken for what it is not, it
/// would be a moment in January 1970, and the reading would be stored where nobody looks for it.
///
/// Refused is a number that is a moment from 2000 to 2100 in the coarser unit. What was measured in the first
/// weeks of 1970 can still be sent, as RFC 3339 text.
public final class EpochUnits {

    /// 2000-01-01 and 2100-01-01, in seconds since 1970.
    private static final long SECONDS_MIN = 946_684_800L;

    private static final long SECONDS_MAX = 4_102_444_800L;

    private EpochUnits() {}

    /// Whether a number that should be milliseconds since 1970 is seconds by all likelihood.
    public static boolean areSeconds(long millis) {
        return millis >= SECONDS_MIN && millis < SECONDS_MAX;
    }

    /// Passes milliseconds since 1970.
    ///
    /// @throws InvalidReadingException when they are seconds by all likelihood
    public static void checkMillis(long millis) throws InvalidReadingException {
        if (areSeconds(millis)) {
            throw new InvalidReadingException(
                    "timestamp "
                            + millis
                            + " looks like seconds; milliseconds since 1970 are expected: "
                            + millis
                            + "000");
        }
    }

    /// Passes microseconds since 1970.
    ///
    /// @throws InvalidReadingException when they are seconds or milliseconds by all likelihood
    public static void checkMicros(long micros) throws InvalidReadingException {
        boolean seconds = areSeconds(micros);
        if (seconds || areSeconds(Math.floorDiv(micros, 1000))) {
            throw new InvalidReadingException(
                    "timestamp "
                            + micros
                            + " looks like "
                            + (seconds ? "seconds" : "milliseconds")
                            + "; microseconds since 1970 are expected: "
                            + micros
                            + (seconds ? "000000" : "000"));
        }
    }
}
