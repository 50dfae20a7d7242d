package io.riacho.lake;

/// The age and the size that the lake may reach; whichever is reached first. Whole days (UTC) go at
/// a time, the oldest first, and never the current one.
///
/// @param ageMicrosMax days that ended longer ago than this go; [Long#MAX_VALUE] keeps all
/// @param bytesMax the oldest days go until the files take no more than this; [Long#MAX_VALUE]
///     keeps all
public record Retention(long ageMicrosMax, long bytesMax) {

    public static final Retention FOREVER = new Retention(Long.MAX_VALUE, Long.MAX_VALUE);

    public Retention {
        if (ageMicrosMax < 0 || bytesMax < 0) {
            throw new IllegalArgumentException("retention cannot be negative");
        }
    }
}
