package io.riacho.core.stream;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A series with rules over averages, by the words of their definitions: recomputes everything from
/// all rows, each time. For whole values, whose sums are exact.
final class NaiveSeries {

    private record Row(double value, long timestamp) {}

    private final List<NaiveRule> rules = new ArrayList<>();
    private final List<Row> rows = new ArrayList<>();
    private long newest = Long.MIN_VALUE;
    private long newestReceivedAt;
    private long now = Long.MIN_VALUE;

    /// @param slidingMicros 0: over all rows
    NaiveSeries with(
            String name,
            long slidingMicros,
            double above,
            @Nullable Double until,
            long holdForMicros) {
        rules.add(new NaiveRule(name, slidingMicros, above, until, holdForMicros));
        return this;
    }

    /// What changed: `name on average`, `name off average`.
    List<String> row(double value, long timestamp, long receivedAt) {
        rows.add(new Row(value, timestamp));
        if (timestamp > newest) {
            newest = timestamp;
            newestReceivedAt = receivedAt;
            now = Math.max(now, timestamp);
        }
        return evaluate();
    }

    List<String> tick(long time) {
        long then = newest + Math.max(0, time - newestReceivedAt);
        if (rows.isEmpty() || rules.stream().noneMatch(rule -> rule.isDue(then))) {
            return List.of();
        }
        now = Math.max(now, then);
        return evaluate();
    }

    private List<String> evaluate() {
        List<String> changes = new ArrayList<>();
        for (NaiveRule rule : rules) {
            String change = rule.evaluate();
            if (change != null) {
                changes.add(change);
            }
        }
        return changes;
    }

    private final class NaiveRule {

        private final String name;
        private final long slidingMicros;
        private final double above;
        private final @Nullable Double until;
        private final long holdFor;
        private long since = Long.MIN_VALUE;
        private boolean active;

        NaiveRule(
                String name,
                long slidingMicros,
                double above,
                @Nullable Double until,
                long holdForMicros) {
            this.name = name;
            this.slidingMicros = slidingMicros;
            this.above = above;
            this.until = until;
            this.holdFor = holdForMicros;
        }

        boolean isDue(long then) {
            boolean timer = !active && since != Long.MIN_VALUE && since + holdFor <= then;
            return timer || (slidingMicros > 0 && inWindow(then) < inWindow(now));
        }

        private boolean counts(Row row, long at) {
            if (slidingMicros == 0) {
                return true;
            }
            long width = Math.ceilDiv(slidingMicros, 60);
            return Math.floorDiv(row.timestamp(), width) > Math.floorDiv(at, width) - 60;
        }

        private long inWindow(long at) {
            return rows.stream().filter(row -> counts(row, at)).count();
        }

        @Nullable String evaluate() {
            double sum = 0;
            int count = 0;
            for (Row row : rows) {
                if (counts(row, now)) {
                    sum += row.value();
                    count++;
                }
            }
            double average = count == 0 ? 0 : sum / count;
            if (active) {
                boolean over = count == 0 || (until == null ? average <= above : average < until);
                if (over) {
                    active = false;
                    since = Long.MIN_VALUE;
                    return says("off", average);
                }
                return null;
            }
            if (count == 0 || average <= above) {
                since = Long.MIN_VALUE;
                return null;
            }
            if (since == Long.MIN_VALUE) {
                since = now;
            }
            if (now - since >= holdFor) {
                active = true;
                return says("on", average);
            }
            return null;
        }

        private String says(String what, double average) {
            return name + " " + what + " " + digits(average) + " at " + now;
        }
    }

    /// An average in few enough digits to be compared. The odd factor keeps averages of whole values
    /// away from halves, where rounding would depend on the last bit.
    static long digits(double average) {
        return Math.round(average * 1_234_567.891);
    }
}
