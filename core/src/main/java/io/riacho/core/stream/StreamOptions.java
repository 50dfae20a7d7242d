package io.riacho.core.stream;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;

/// The settings of the stream core.
///
/// @param windows sizes of tumbling windows, distinct, each 1 s to 366 days; at most [#WINDOWS_MAX]
/// @param windowGrace how long after its end, in event time of its series, a window stays open for
///     readings that crossed on their way; later ones come out as parts of their own
/// @param openWindowsPerSizeMax open windows per series and size; the oldest is handed out for a new
///     one
/// @param rememberedPerSeries how many rows a series remembers after they are sealed
/// @param pendingLateMax late readings of one sensor that may wait for their resolution; further
///     ones come out with [Late#held()] false
/// @param desiredStatesPerDeviceMax desired states that a device may have at a time; further ones
///     are refused
public record StreamOptions(
        List<Duration> windows,
        Duration windowGrace,
        int openWindowsPerSizeMax,
        int rememberedPerSeries,
        int pendingLateMax,
        int desiredStatesPerDeviceMax) {

    public static final int WINDOWS_MAX = 16;

    public static final StreamOptions DEFAULT =
            new StreamOptions(
                    List.of(
                            Duration.ofMinutes(1),
                            Duration.ofMinutes(15),
                            Duration.ofHours(1),
                            Duration.ofDays(1)),
                    Duration.ofSeconds(10),
                    4,
                    64,
                    1_000_000,
                    100_000);

    public StreamOptions {
        windows = List.copyOf(windows);
        require(
                windows.size() <= WINDOWS_MAX
                        && new HashSet<>(windows).size() == windows.size()
                        && windows.stream().allMatch(StreamOptions::isWindow),
                "windows are at most " + WINDOWS_MAX + " distinct sizes of 1 s to 366 days");
        require(
                !windowGrace.isNegative() && windowGrace.compareTo(Duration.ofDays(366)) <= 0,
                "windowGrace is 0 to 366 days");
        require(openWindowsPerSizeMax >= 1, "openWindowsPerSizeMax is at least 1");
        require(rememberedPerSeries >= 1, "rememberedPerSeries is at least 1");
        require(pendingLateMax >= 0, "pendingLateMax is not negative");
        require(desiredStatesPerDeviceMax >= 1, "desiredStatesPerDeviceMax is at least 1");
    }

    private static boolean isWindow(Duration size) {
        return size.compareTo(Duration.ofSeconds(1)) >= 0
                && size.compareTo(Duration.ofDays(366)) <= 0;
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new IllegalArgumentException("stream options: " + what);
        }
    }

    public StreamOptions withWindows(List<Duration> sizes) {
        return new StreamOptions(
                sizes,
                windowGrace,
                openWindowsPerSizeMax,
                rememberedPerSeries,
                pendingLateMax,
                desiredStatesPerDeviceMax);
    }

    public StreamOptions withRememberedPerSeries(int rows) {
        return new StreamOptions(
                windows,
                windowGrace,
                openWindowsPerSizeMax,
                rows,
                pendingLateMax,
                desiredStatesPerDeviceMax);
    }

    public StreamOptions withPendingLateMax(int readings) {
        return new StreamOptions(
                windows,
                windowGrace,
                openWindowsPerSizeMax,
                rememberedPerSeries,
                readings,
                desiredStatesPerDeviceMax);
    }
}
