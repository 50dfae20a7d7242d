package io.riacho.doors.bridge;

/// Allows so many messages and bytes in any one second: brokers in the cloud disconnect who sends more. On
/// one thread.
///
/// A sliding window, and no [io.riacho.limits.TokenBucket]: a bucket lets its burst and a second's refill
/// through in the same second, and a smaller burst would not take the largest message.
final class PublishRateLimiter {

    private static final long SECOND_NANOS = 1_000_000_000L;

    private final int messageBytesMax;
    private final long bytesMax;

    /// Those of the last second, in a ring.
    private final long[] atNanos;

    private final int[] bytes;
    private int first;
    private int size;
    private long bytesInSecond;

    /// @param messagesMax in a second
    /// @param bytesMax in a second; at least `messageBytesMax`
    /// @param messageBytesMax the largest message
    PublishRateLimiter(int messagesMax, long bytesMax, int messageBytesMax) {
        this.messageBytesMax = messageBytesMax;
        this.bytesMax = bytesMax;
        this.atNanos = new long[messagesMax];
        this.bytes = new int[messagesMax];
    }

    /// How long to wait for the next message, whatever its size; 0 when it may go now.
    ///
    /// @param nowNanos of a clock that only goes forward
    long waitNanos(long nowNanos) {
        while (size > 0 && nowNanos - atNanos[first] >= SECOND_NANOS) {
            forget();
        }
        boolean room = size < atNanos.length && bytesInSecond + messageBytesMax <= bytesMax;
        return room ? 0 : SECOND_NANOS - (nowNanos - atNanos[first]);
    }

    /// One of that size goes out now.
    void took(long nowNanos, int messageBytes) {
        if (size == atNanos.length) {
            forget();
        }
        int at = (first + size) % atNanos.length;
        atNanos[at] = nowNanos;
        bytes[at] = messageBytes;
        bytesInSecond += messageBytes;
        size++;
    }

    private void forget() {
        bytesInSecond -= bytes[first];
        first = (first + 1) % atNanos.length;
        size--;
    }
}
