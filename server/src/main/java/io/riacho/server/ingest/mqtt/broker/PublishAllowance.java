package io.riacho.server.ingest.mqtt.broker;

/// So many in any one second: brokers in the cloud disconnect who sends more. Safe for use by many
/// threads.
final class PublishAllowance {

    private static final long SECOND_NANOS = 1_000_000_000L;

    private final long[] taken;
    private int next;
    private long count;

    PublishAllowance(int perSecondMax) {
        taken = new long[perSecondMax];
    }

    /// Takes one, unless as many were taken in the second before.
    ///
    /// @param nowNanos of a clock that only goes forward
    synchronized boolean take(long nowNanos) {
        if (count >= taken.length && nowNanos - taken[next] < SECOND_NANOS) {
            return false;
        }
        taken[next] = nowNanos;
        next = (next + 1) % taken.length;
        count++;
        return true;
    }
}
