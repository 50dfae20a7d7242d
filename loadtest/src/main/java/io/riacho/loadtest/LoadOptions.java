package io.riacho.loadtest;

import io.riacho.client.ClientTls;
import io.riacho.client.Target;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// The options of a load test.
///
/// @param kind what is loaded
/// @param target where it is
/// @param connections how many at once, 1 to [#CONNECTIONS_MAX]; each has a socket of its own
/// @param duration how long, once all connections are open; from 1 s to a day
/// @param period how often each connection sends, from 1 ms to an hour; [LoadKind#SENSOR] ignores it,
///     since the sensor sends, once a second
/// @param spread whether the connections take turns within a period, instead of all at once
/// @param tls null: plain text
public record LoadOptions(
        LoadKind kind,
        Target target,
        int connections,
        Duration duration,
        Duration period,
        boolean spread,
        @Nullable ClientTls tls) {

    /// Above this one client machine runs out of ports and files before a server does.
    public static final int CONNECTIONS_MAX = 20_000;

    private static final Duration DURATION_MIN = Duration.ofSeconds(1);
    private static final Duration DURATION_MAX = Duration.ofDays(1);
    private static final Duration PERIOD_MIN = Duration.ofMillis(1);
    private static final Duration PERIOD_MAX = Duration.ofHours(1);

    /// @throws IllegalArgumentException says which value is out of range
    public LoadOptions {
        if (connections < 1 || connections > CONNECTIONS_MAX) {
            throw new IllegalArgumentException("connections must be 1 to " + CONNECTIONS_MAX);
        }
        if (duration.compareTo(DURATION_MIN) < 0 || duration.compareTo(DURATION_MAX) > 0) {
            throw new IllegalArgumentException("the duration must be from 1s to 24h");
        }
        if (period.compareTo(PERIOD_MIN) < 0 || period.compareTo(PERIOD_MAX) > 0) {
            throw new IllegalArgumentException("the period must be from 1ms to 1h");
        }
    }
}
