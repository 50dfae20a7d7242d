package io.riacho.pipeline.state.devices;

import java.util.concurrent.ConcurrentHashMap;

/// How many reports each device may make: some at once, then one a second. As many devices at a time have an
/// allowance as there may be devices; others have none. Safe for use by many threads.
final class ReportRateLimiter {

    private final int burst;
    private final int devicesMax;
    private final ConcurrentHashMap<String, Allowance> byDevice = new ConcurrentHashMap<>();

    ReportRateLimiter(int burst, int devicesMax) {
        this.burst = burst;
        this.devicesMax = devicesMax;
    }

    /// Takes one.
    ///
    /// @return false when there is none left
    boolean take(String device, long nowMicros) {
        Allowance known = byDevice.get(device);
        if (known == null) {
            if (byDevice.size() >= devicesMax) {
                return false;
            }
            known = byDevice.computeIfAbsent(device, _ -> new Allowance());
        }
        return known.take(nowMicros);
    }

    /// Forgets those that are whole again.
    void forgetWhole(long nowMicros) {
        byDevice.values().removeIf(each -> each.isWhole(nowMicros));
    }

    private final class Allowance {
        private double left = burst;
        private long atMicros;

        synchronized boolean take(long nowMicros) {
            double more = Math.max(0, nowMicros - atMicros) / 1e6;
            left = Math.min(burst, left + more);
            atMicros = nowMicros;
            if (left < 1) {
                return false;
            }
            left--;
            return true;
        }

        synchronized boolean isWhole(long nowMicros) {
            return left + (nowMicros - atMicros) / 1e6 >= burst;
        }
    }
}
