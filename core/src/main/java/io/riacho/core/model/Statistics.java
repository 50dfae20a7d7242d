package io.riacho.core.model;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/// Count, mean, variance, extremes and the last value of any number of values. Grows by
/// [#add(double, long)], merges by [#merge(Statistics)]; not thread-safe.
///
/// ## How exact it is
///
/// Count, minimum and maximum are exact. Mean and variance follow Welford's recurrence (B. P.
/// Welford, *Note on a method for calculating corrected sums of squares and products*,
/// Technometrics 4, 1962), which subtracts the mean before it squares and so does not cancel when
/// the mean is large and the variance tiny. Merging follows T. F. Chan, G. H. Golub and R. J.
/// LeVeque, *Updating formulae and a pairwise algorithm for computing sample variances*, 1979.
///
/// Two things differ from the textbook:
///
/// - It keeps the **variance**, not the sum of squared deviations. With values up to 1e150 a squared
///   deviation reaches 4e300, and a sum of 1e8 of them is infinite; their mean never is.
/// - Mean and variance each carry the **rounding error** of their additions beside them (Knuth's
///   TwoSum, as in compensated summation). Without it errors grow with the count: a step smaller
///   than half a unit in the last place is lost, again and again, which after 1e7 values may exceed
///   the promised bound. With it they stay at a few units in the last place.
///
/// Promised against exact arithmetic: |Δ mean| ≤ 1e-9 · max|x|; |Δ variance| ≤ 1e-9 · max|x|². Below
/// about 1e-150 squares underflow, and the variance is 0.
public final class Statistics {

    private static final Statistics NOTHING = new Statistics();

    private long count;
    private double mean;
    private double meanError;
    private double variance;
    private double varianceError;
    private double min = Double.POSITIVE_INFINITY;
    private double max = Double.NEGATIVE_INFINITY;
    private double last = Double.NaN;
    private long lastTimestampMicros = Long.MIN_VALUE;

    /// Statistics of nothing: count 0, mean and variance 0, minimum and maximum infinite, last NaN.
    public Statistics() {}

    /// Takes one value in.
    ///
    /// @param value finite, at most [Reading#VALUE_MAX] in size
    /// @param timestampMicros its event time; decides only which value is the last
    public void add(double value, long timestampMicros) {
        long n = ++count;
        if (n == 1) {
            mean = value;
            min = value;
            max = value;
            last = value;
            lastTimestampMicros = timestampMicros;
            return;
        }
        double share = 1.0 / n;
        double before = value - mean - meanError;
        double meanStep = before * share;
        double meanNext = mean + meanStep;
        meanError += lost(mean, meanStep, meanNext);
        mean = meanNext;
        double after = value - meanNext - meanError;
        double varianceStep = (before * after - variance - varianceError) * share;
        double varianceNext = variance + varianceStep;
        varianceError += lost(variance, varianceStep, varianceNext);
        variance = varianceNext;
        min = Math.min(min, value);
        max = Math.max(max, value);
        if (timestampMicros >= lastTimestampMicros) {
            last = value;
            lastTimestampMicros = timestampMicros;
        }
    }

    /// What the addition `a + b = sum` rounded away (Knuth's TwoSum; exact).
    private static double lost(double a, double b, double sum) {
        double bRounded = sum - a;
        return (a - (sum - bRounded)) + (b - bRounded);
    }

    /// Takes in what another one holds, as if each of its values had been added here.
    public void merge(Statistics other) {
        if (other.count == 0) {
            return;
        }
        if (count == 0) {
            set(other);
            return;
        }
        long n = count + other.count;
        double ours = (double) count / n;
        double theirs = (double) other.count / n;
        double distance = (other.mean - mean) + (other.meanError - meanError);
        double step = distance * theirs;
        double meanNext = mean + step;
        meanError += lost(mean, step, meanNext);
        mean = meanNext;
        variance =
                ours * (variance + varianceError)
                        + theirs * (other.variance + other.varianceError)
                        + (ours * distance) * (theirs * distance);
        varianceError = 0;
        count = n;
        min = Math.min(min, other.min);
        max = Math.max(max, other.max);
        if (other.lastTimestampMicros > lastTimestampMicros) {
            last = other.last;
            lastTimestampMicros = other.lastTimestampMicros;
        }
    }

    /// Becomes equal to another one.
    public void set(Statistics other) {
        count = other.count;
        mean = other.mean;
        meanError = other.meanError;
        variance = other.variance;
        varianceError = other.varianceError;
        min = other.min;
        max = other.max;
        last = other.last;
        lastTimestampMicros = other.lastTimestampMicros;
    }

    /// Becomes the statistics of nothing.
    public void clear() {
        set(NOTHING);
    }

    public Statistics copy() {
        Statistics copy = new Statistics();
        copy.set(this);
        return copy;
    }

    public boolean isEmpty() {
        return count == 0;
    }

    public long count() {
        return count;
    }

    public double mean() {
        return mean + meanError;
    }

    /// The population variance: the mean of squared deviations (divided by count, not by count − 1).
    public double variance() {
        return Math.max(0, variance + varianceError);
    }

    /// The population standard deviation: the root of [#variance()].
    public double stddev() {
        return Math.sqrt(variance());
    }

    /// The sum of squared deviations, as many engines keep it; infinite when it is beyond a double.
    public double m2() {
        return variance() * count;
    }

    public double min() {
        return min;
    }

    public double max() {
        return max;
    }

    /// The value with the latest event time.
    public double last() {
        return last;
    }

    /// Event time of [#last()], µs since 1970 UTC; [Long#MIN_VALUE] when there is none.
    public long lastTimestampMicros() {
        return lastTimestampMicros;
    }

    /// Writes 72 bytes that [#readFrom(DataInput)] reads, bit for bit.
    public void writeTo(DataOutput out) throws IOException {
        out.writeLong(count);
        out.writeDouble(mean);
        out.writeDouble(meanError);
        out.writeDouble(variance);
        out.writeDouble(varianceError);
        out.writeDouble(min);
        out.writeDouble(max);
        out.writeDouble(last);
        out.writeLong(lastTimestampMicros);
    }

    /// Reads what [#writeTo(DataOutput)] wrote.
    ///
    /// @throws IOException when the input fails, ends early, or holds what no statistics can be
    public static Statistics readFrom(DataInput in) throws IOException {
        Statistics read = new Statistics();
        read.count = in.readLong();
        if (read.count < 0) {
            throw new IOException("damaged statistics: a count of " + read.count);
        }
        read.mean = in.readDouble();
        read.meanError = in.readDouble();
        read.variance = in.readDouble();
        read.varianceError = in.readDouble();
        read.min = in.readDouble();
        read.max = in.readDouble();
        read.last = in.readDouble();
        read.lastTimestampMicros = in.readLong();
        return read;
    }

    @Override
    public String toString() {
        return "count "
                + count
                + ", mean "
                + mean()
                + ", variance "
                + variance()
                + ", min "
                + min
                + ", max "
                + max
                + ", last "
                + last
                + " at "
                + lastTimestampMicros;
    }
}
