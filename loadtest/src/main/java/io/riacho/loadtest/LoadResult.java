package io.riacho.loadtest;

import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/// The measurements of a whole run.
///
/// @param options what was asked
/// @param opened connections that stood when the load began
/// @param seconds how long the load ran
/// @param sent requests or streams
/// @param received answers, or readings of streams
/// @param failed connections, requests and streams that failed; `reasons` says why
/// @param lost answers that had not come a while after the end
/// @param connect times to open a connection, ns
/// @param response response times from the instant a request was due, ns
/// @param jitter deviations of a stream's gaps from its pace, ns; empty unless the server sends
/// @param reasons why something failed, and how often
/// @param samples one a second
public record LoadResult(
        LoadOptions options,
        int opened,
        double seconds,
        long sent,
        long received,
        long failed,
        long lost,
        Histogram connect,
        Histogram response,
        Histogram jitter,
        Map<String, Long> reasons,
        List<Sample> samples) {

    public LoadResult {
        reasons = Map.copyOf(reasons);
        samples = List.copyOf(samples);
    }

    /// Counts and usage within about a second.
    ///
    /// @param second since the load began
    /// @param receivedPerSecond answers or readings
    /// @param cpuPercent processor time of the server, 100 is one processor; NaN: not known
    /// @param residentBytes memory of the server; -1: not known
    public record Sample(
            double second, double receivedPerSecond, double cpuPercent, long residentBytes) {}

    /// Whether every connection stood and everything was answered.
    public boolean complete() {
        return failed == 0 && lost == 0 && opened == options.connections();
    }

    /// The mean of the server's processor time, 100 is one processor; NaN: not known.
    public double cpuPercentMean() {
        return samples.stream()
                .mapToDouble(Sample::cpuPercent)
                .filter(Double::isFinite)
                .average()
                .orElse(Double.NaN);
    }

    /// The most memory that the server had; -1: not known.
    public long residentBytesMax() {
        return samples.stream().mapToLong(Sample::residentBytes).max().orElse(-1);
    }
}
