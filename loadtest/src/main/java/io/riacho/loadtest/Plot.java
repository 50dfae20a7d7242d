package io.riacho.loadtest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// A line plot as SVG, which any browser shows without help.
final class Plot {

    private static final int WIDTH = 760;
    private static final int HEIGHT = 260;
    private static final int LEFT = 70;
    private static final int RIGHT = 110;
    private static final int TOP = 30;
    private static final int BOTTOM = 40;
    private static final int TICKS = 4;

    /// The smallest value on a logarithmic axis.
    private static final double LOG_MIN = 0.001;

    private static final List<String> COLOURS = List.of("#0b6e4f", "#c8553d", "#33658a");

    private final String title;
    private final String xUnit;
    private final String yUnit;
    private final List<Line> lines = new ArrayList<>();
    private boolean logarithmic;
    private boolean percentiles;

    Plot(String title, String xUnit, String yUnit) {
        this.title = title;
        this.xUnit = xUnit;
        this.yUnit = yUnit;
    }

    /// The values on a logarithmic axis.
    Plot logarithmic() {
        logarithmic = true;
        return this;
    }

    /// The horizontal axis counts nines: 1 is p90, 2 is p99.
    Plot percentileAxis() {
        percentiles = true;
        return this;
    }

    /// Adds a line; points that are not finite are left out.
    Plot line(String name, double[] x, double[] y) {
        lines.add(new Line(name, x.clone(), y.clone()));
        return this;
    }

    String svg() {
        double xMax =
                Math.max(
                        lines.stream()
                                .flatMapToDouble(line -> Arrays.stream(line.x))
                                .max()
                                .orElse(1),
                        1e-9);
        double yMax =
                Math.max(
                        lines.stream()
                                .flatMapToDouble(line -> Arrays.stream(line.y))
                                .filter(Double::isFinite)
                                .max()
                                .orElse(1),
                        LOG_MIN * 10);
        double yMin = logarithmic ? LOG_MIN : 0;
        StringBuilder svg = new StringBuilder(4_000);
        svg.append(
                String.format(
                        Locale.ROOT,
                        "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\""
                                + " font-family=\"sans-serif\" font-size=\"12\">%n",
                        WIDTH,
                        HEIGHT,
                        escape(title)));
        svg.append(text(LEFT, TOP - 12, "start", title + " (" + yUnit + ")"));
        if (logarithmic) {
            for (double tick = LOG_MIN; tick <= yMax * 1.0001; tick *= 10) {
                gridLine(svg, tick, yMin, yMax);
            }
        } else {
            for (int tick = 0; tick <= TICKS; tick++) {
                gridLine(svg, yMax * tick / TICKS, yMin, yMax);
            }
        }
        int xTicks = percentiles ? (int) Math.floor(xMax) : TICKS;
        for (int tick = 0; tick <= xTicks; tick++) {
            double value = percentiles ? tick : xMax * tick / TICKS;
            svg.append(text(across(value, xMax), HEIGHT - BOTTOM + 18, "middle", xLabel(value)));
        }
        for (int index = 0; index < lines.size(); index++) {
            Line line = lines.get(index);
            String colour = COLOURS.get(index % COLOURS.size());
            svg.append("<polyline fill=\"none\" stroke-width=\"2\" stroke=\"")
                    .append(colour)
                    .append("\" points=\"");
            for (int point = 0; point < line.x.length; point++) {
                if (Double.isFinite(line.y[point])) {
                    svg.append(
                            String.format(
                                    Locale.ROOT,
                                    "%.1f,%.1f ",
                                    across(line.x[point], xMax),
                                    up(line.y[point], yMin, yMax)));
                }
            }
            svg.append("\"/>\n");
            if (lines.size() > 1) {
                svg.append(
                        String.format(
                                Locale.ROOT,
                                "<text x=\"%d\" y=\"%d\" fill=\"%s\">%s</text>%n",
                                WIDTH - RIGHT + 12,
                                TOP + 16 * index + 12,
                                colour,
                                escape(line.name)));
            }
        }
        return svg.append("</svg>\n").toString();
    }

    private void gridLine(StringBuilder svg, double value, double yMin, double yMax) {
        double y = up(value, yMin, yMax);
        svg.append(
                String.format(
                        Locale.ROOT,
                        "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>%n",
                        LEFT,
                        WIDTH - RIGHT,
                        y,
                        y));
        svg.append(text(LEFT - 8, y + 4, "end", number(value)));
    }

    private String xLabel(double value) {
        if (!percentiles) {
            return number(value) + " " + xUnit;
        }
        return value == 0 ? "p0" : "p" + number(100 * (1 - Math.pow(10, -value)));
    }

    private static double across(double x, double xMax) {
        return LEFT + x / xMax * (WIDTH - LEFT - RIGHT);
    }

    private double up(double y, double yMin, double yMax) {
        double part =
                logarithmic
                        ? Math.log(Math.max(y, yMin) / yMin) / Math.log(yMax / yMin)
                        : (y - yMin) / (yMax - yMin);
        return HEIGHT - BOTTOM - part * (HEIGHT - TOP - BOTTOM);
    }

    private static String number(double value) {
        if (value == Math.rint(value)) {
            return String.format(Locale.ROOT, "%.0f", value);
        }
        String digits =
                String.format(Locale.ROOT, value >= 10 && value < 99 ? "%.1f" : "%.5f", value);
        return digits.replaceAll("0+$", "").replaceAll("\\.$", "");
    }

    private static String text(double x, double y, String anchor, String text) {
        return String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n",
                x,
                y,
                anchor,
                escape(text));
    }

    /// Text as it may stand in HTML and SVG.
    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private static final class Line {

        private final String name;
        private final double[] x;
        private final double[] y;

        Line(String name, double[] x, double[] y) {
            this.name = name;
            this.x = x;
            this.y = y;
        }
    }
}
