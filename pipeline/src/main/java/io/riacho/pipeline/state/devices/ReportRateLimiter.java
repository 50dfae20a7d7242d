package io.riacho.pipeline.state.devices;

import io.riacho.limits.TokenBucket;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/// Limits the reports of each device: some at once, then one a second. As many devices at a time have a
/// bucket as there may be devices; others may not report. Safe for use by many threads.
final class ReportRateLimiter {

    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private final int burst;
    private final int devicesMax;
    private final ConcurrentHashMap<String, TokenBucket> byDevice = new ConcurrentHashMap<>();

    ReportRateLimiter(int burst, int devicesMax) {
        this.burst = burst;
        this.devicesMax = devicesMax;
    }

    /// Takes one.
    ///
    /// @return false when there is none left
    boolean take(String device, long nowMicros) {
        TokenBucket known = byDevice.get(device);
        if (known == null) {
            if (byDevice.size() >= devicesMax) {
                return false;
            }
            known = byDevice.computeIfAbsent(device, _ -> new TokenBucket(burst, INTERVAL));
        }
        return known.tryTake(TimeUnit.MICROSECONDS.toNanos(nowMicros));
    }

    /// Forgets those that are whole again.
    void forgetWhole(long nowMicros) {
        long nowNanos = TimeUnit.MICROSECONDS.toNanos(nowMicros);
        byDevice.values().removeIf(each -> each.isFull(nowNanos));
    }
}
