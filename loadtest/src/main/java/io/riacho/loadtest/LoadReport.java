package io.riacho.loadtest;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.HdrHistogram.Histogram;

/// A result as text, as JSON and as a page.
public final class LoadReport {

    private static final double NANOS_PER_MILLI = 1e6;
    private static final double BYTES_PER_MIB = 1 << 20;
    private static final double[] PERCENTILES = {50, 90, 99, 99.9};

    private LoadReport() {}

    /// A table for a terminal, and Markdown at once.
    public static String table(LoadResult result) {
        StringBuilder text = new StringBuilder(1_000);
        LoadOptions options = result.options();
        text.append(
                String.format(
                        Locale.ROOT,
                        "%s at %s: %d of %d connections, %.1f s%n%n",
                        options.kind().name().toLowerCase(Locale.ROOT),
                        options.target(),
                        result.opened(),
                        options.connections(),
                        result.seconds()));
        text.append(
                String.format(
                        Locale.ROOT,
                        "sent %d, received %d (%.0f/s), failed %d, lost %d%n",
                        result.sent(),
                        result.received(),
                        result.received() / result.seconds(),
                        result.failed(),
                        result.lost()));
        result.reasons()
                .forEach((reason, count) ->
                        text.append("  ").append(count).append(" × ").append(reason).append('\n'));
        text.append("server: ").append(server(result)).append("\n\n");
        text.append("| ms | p50 | p90 | p99 | p99.9 | max |\n|---|---|---|---|---|---|\n");
        row(text, "connect", result.connect());
        row(text, "response", result.response());
        if (result.jitter().getTotalCount() > 0) {
            row(text, "jitter", result.jitter());
        }
        return text.toString();
    }

    private static void row(StringBuilder text, String name, Histogram histogram) {
        text.append("| ").append(name);
        for (double percentile : PERCENTILES) {
            text.append(" | ").append(millis(histogram.getValueAtPercentile(percentile)));
        }
        text.append(" | ").append(millis(histogram.getMaxValue())).append(" |\n");
    }

    private static String server(LoadResult result) {
        if (result.residentBytesMax() < 0 && Double.isNaN(result.cpuPercentMean())) {
            return "not on this machine, or not to be seen (--pid names its process)";
        }
        return String.format(
                Locale.ROOT,
                "%.0f %% of a processor in the mean, at most %.0f MiB of memory",
                result.cpuPercentMean(),
                result.residentBytesMax() / BYTES_PER_MIB);
    }

    private static String millis(long nanos) {
        return String.format(Locale.ROOT, "%.2f", nanos / NANOS_PER_MILLI);
    }

    /// Everything, for programs. Times are in ms, memory in bytes.
    ///
    /// @throws IOException when the file cannot be written
    public static void writeJson(LoadResult result, Path file) throws IOException {
        ObjectMapper mapper = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);
        ObjectNode root = mapper.createObjectNode();
        LoadOptions options = result.options();
        root.put("target", options.kind().name().toLowerCase(Locale.ROOT));
        root.put("address", options.target().toString());
        root.put("connections", options.connections());
        root.put("connections_opened", result.opened());
        root.put("period_ms", options.period().toMillis());
        root.put("spread", options.spread());
        root.put("seconds", result.seconds());
        root.put("sent", result.sent());
        root.put("received", result.received());
        root.put("failed", result.failed());
        root.put("lost", result.lost());
        ObjectNode reasons = root.putObject("reasons");
        result.reasons().forEach(reasons::put);
        json(root.putObject("connect_ms"), result.connect());
        json(root.putObject("response_ms"), result.response());
        if (result.jitter().getTotalCount() > 0) {
            json(root.putObject("jitter_ms"), result.jitter());
        }
        ObjectNode server = root.putObject("server");
        if (!Double.isNaN(result.cpuPercentMean())) {
            server.put("cpu_percent_mean", result.cpuPercentMean());
        }
        if (result.residentBytesMax() >= 0) {
            server.put("resident_bytes_max", result.residentBytesMax());
        }
        ArrayNode samples = root.putArray("samples");
        for (LoadResult.Sample sample : result.samples()) {
            ObjectNode each = samples.addObject();
            each.put("second", sample.second());
            each.put("received_per_second", sample.receivedPerSecond());
            if (!Double.isNaN(sample.cpuPercent())) {
                each.put("cpu_percent", sample.cpuPercent());
            }
            if (sample.residentBytes() >= 0) {
                each.put("resident_bytes", sample.residentBytes());
            }
        }
        mapper.writeValue(file.toFile(), root);
    }

    private static void json(ObjectNode node, Histogram histogram) {
        node.put("count", histogram.getTotalCount());
        node.put(
                "mean", histogram.getTotalCount() == 0 ? 0 : histogram.getMean() / NANOS_PER_MILLI);
        for (double percentile : PERCENTILES) {
            String name =
                    "p"
                            + (percentile == Math.rint(percentile)
                                    ? Integer.toString((int) percentile)
                                    : Double.toString(percentile));
            node.put(name, histogram.getValueAtPercentile(percentile) / NANOS_PER_MILLI);
        }
        node.put("max", histogram.getMaxValue() / NANOS_PER_MILLI);
    }

    /// A page of its own with the table and the plots.
    ///
    /// @throws IOException when the file cannot be written
    public static void writeHtml(LoadResult result, Path file) throws IOException {
        StringBuilder page = new StringBuilder(20_000);
        page.append(
                """
                <!DOCTYPE html>
                <html lang="en"><head><meta charset="utf-8"><title>riacho load</title>
                <style>
                body { font: 15px/1.5 system-ui, sans-serif; max-width: 54rem; margin: 2rem auto; padding: 0 1rem; }
                pre { background: #f4f4f4; padding: 1rem; overflow-x: auto; }
                svg { width: 100%; height: auto; }
                </style></head><body>
                <h1>riacho load</h1>
                """);
        page.append("<pre>").append(Plot.escape(table(result))).append("</pre>\n");
        Plot percentiles = new Plot("Times by percentile", "percentile", "ms").logarithmic();
        percentileCurve(percentiles, "response", result.response());
        percentileCurve(percentiles, "connect", result.connect());
        percentileCurve(percentiles, "jitter", result.jitter());
        page.append(percentiles.svg());
        page.append(
                timeline(result, "Received", "per second", LoadResult.Sample::receivedPerSecond));
        if (!Double.isNaN(result.cpuPercentMean())) {
            page.append(
                    timeline(
                            result,
                            "Processor time of the server",
                            "% of a processor",
                            LoadResult.Sample::cpuPercent));
        }
        if (result.residentBytesMax() >= 0) {
            page.append(
                    timeline(
                            result,
                            "Memory of the server",
                            "MiB",
                            sample -> sample.residentBytes() / BYTES_PER_MIB));
        }
        page.append("</body></html>\n");
        Files.writeString(file, page);
    }

    private static String timeline(
            LoadResult result,
            String title,
            String unit,
            java.util.function.ToDoubleFunction<LoadResult.Sample> value) {
        double[] x = result.samples().stream().mapToDouble(LoadResult.Sample::second).toArray();
        double[] y = result.samples().stream().mapToDouble(value).toArray();
        return new Plot(title, "s", unit).line(title, x, y).svg();
    }

    /// Percentiles on a scale where each nine takes as much room as the one before it.
    private static void percentileCurve(Plot plot, String name, Histogram histogram) {
        if (histogram.getTotalCount() == 0) {
            return;
        }
        int steps = 60;
        double ninesMax = Math.max(1, Math.log10((double) histogram.getTotalCount()));
        double[] x = new double[steps + 1];
        double[] y = new double[steps + 1];
        for (int step = 0; step <= steps; step++) {
            double nines = ninesMax * step / steps;
            x[step] = nines;
            y[step] =
                    histogram.getValueAtPercentile(100 * (1 - Math.pow(10, -nines)))
                            / NANOS_PER_MILLI;
        }
        plot.percentileAxis().line(name, x, y);
    }
}
