package io.riacho.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.riacho.core.model.Statistics;
import java.math.BigDecimal;
import java.math.MathContext;

/// Statistics by exact arithmetic: the reference.
public final class Exact {

    private long count;
    private BigDecimal sum = BigDecimal.ZERO;
    private BigDecimal squares = BigDecimal.ZERO;
    private double min = Double.POSITIVE_INFINITY;
    private double max = Double.NEGATIVE_INFINITY;
    private double largest;

    public void add(double value) {
        BigDecimal exact = new BigDecimal(value);
        count++;
        sum = sum.add(exact);
        squares = squares.add(exact.multiply(exact));
        min = Math.min(min, value);
        max = Math.max(max, value);
        largest = Math.max(largest, Math.abs(value));
    }

    public long count() {
        return count;
    }

    public double mean() {
        return count == 0
                ? 0
                : sum.divide(BigDecimal.valueOf(count), MathContext.DECIMAL128).doubleValue();
    }

    /// (n Σx² − (Σx)²) / n².
    public double variance() {
        BigDecimal n = BigDecimal.valueOf(count);
        return squares.multiply(n)
                .subtract(sum.multiply(sum))
                .divide(n.multiply(n), MathContext.DECIMAL128)
                .doubleValue();
    }

    /// The promise of [Statistics].
    public void check(Statistics statistics, String what) {
        assertThat(statistics.count()).as(what).isEqualTo(count);
        assertThat(statistics.min()).as(what).isEqualTo(min);
        assertThat(statistics.max()).as(what).isEqualTo(max);
        assertThat(statistics.mean()).as(what).isCloseTo(mean(), within(1e-9 * largest));
        assertThat(statistics.variance())
                .as(what)
                .isCloseTo(variance(), within(1e-9 * largest * largest));
        assertThat(statistics.variance()).as(what).isFinite().isNotNegative();
    }
}
