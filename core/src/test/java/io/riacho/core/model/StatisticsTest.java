package io.riacho.core.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.riacho.core.Exact;
import io.riacho.core.Seed;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Statistics against exact arithmetic, merged and restored.
class StatisticsTest {

    /// Data that break naive formulas.
    enum Data {
        ORDINARY(100_000),
        AROUND_ZERO(100_000),
        LARGEST(100_000),
        LARGE(20_000),
        TINY_VARIANCE_LARGE_MEAN(100_000),
        OUTLIER(50_000),
        ALL_MAGNITUDES(2_000),
        CONSTANT(10_000);

        final int count;

        Data(int count) {
            this.count = count;
        }

        double draw(SplittableRandom random) {
            return switch (this) {
                case ORDINARY -> 20 + 10 * random.nextDouble();
                case AROUND_ZERO -> random.nextDouble() - 0.5;
                case LARGEST -> random.nextBoolean() ? 1e150 : -1e150;
                case LARGE -> (random.nextDouble() - 0.5) * 2e150;
                case TINY_VARIANCE_LARGE_MEAN -> 1e12 + random.nextInt(3) * 1e-4;
                case OUTLIER -> random.nextInt(10_000) == 0 ? 1e150 : random.nextDouble();
                case ALL_MAGNITUDES ->
                        (random.nextDouble() - 0.5) * Math.pow(10, random.nextInt(40));
                case CONSTANT -> 1.1;
            };
        }
    }

    private final Seed seed = Seed.next();

    @ParameterizedTest
    @EnumSource
    void areAsExactAsPromised(Data data) {
        SplittableRandom random = seed.random(1);
        Statistics statistics = new Statistics();
        Exact exact = new Exact();
        for (int i = 0; i < data.count; i++) {
            double value = data.draw(random);
            statistics.add(value, i);
            exact.add(value);
        }
        exact.check(statistics, seed.toString());
    }

    @ParameterizedTest
    @EnumSource
    void mergedFromPartsAreAsExactAsPromised(Data data) {
        SplittableRandom random = seed.random(2);
        Statistics merged = new Statistics();
        Statistics part = new Statistics();
        Exact exact = new Exact();
        double last = 0;
        for (int i = 0; i < data.count; i++) {
            double value = data.draw(random);
            part.add(value, i);
            exact.add(value);
            last = value;
            if (random.nextInt(random.nextBoolean() ? 3 : 1000) == 0) {
                merged.merge(part);
                part = new Statistics();
            }
        }
        merged.merge(part);
        exact.check(merged, seed.toString());
        assertThat(merged.last()).isEqualTo(last);
        assertThat(merged.lastTimestampMicros()).isEqualTo(data.count - 1);
    }

    @Test
    void aMillionValuesLoseNothing() {
        SplittableRandom random = seed.random(3);
        Statistics statistics = new Statistics();
        Exact exact = new Exact();
        for (int i = 0; i < 1_000_000; i++) {
            double value = 1000 + random.nextInt(1 << 20) / 1024.0;
            statistics.add(value, i);
            exact.add(value);
        }
        exact.check(statistics, seed.toString());
        assertThat(statistics.mean()).isCloseTo(exact.mean(), within(1e-12));
        assertThat(statistics.variance())
                .as("far closer than promised, thanks to the carried errors")
                .isCloseTo(exact.variance(), within(1e-14 * exact.variance() * 100));
    }

    @Test
    void aTinyVarianceBesideALargeMeanIsNotCancelled() {
        Statistics statistics = new Statistics();
        for (int i = 0; i < 100_000; i++) {
            statistics.add(1e9 + i % 2, i);
        }
        assertThat(statistics.variance()).isCloseTo(0.25, within(1e-12));
        assertThat(statistics.stddev()).isCloseTo(0.5, within(1e-12));
    }

    @Test
    void aConstantHasExactlyItsMeanAndNoVariance() {
        Statistics statistics = new Statistics();
        for (int i = 0; i < 1_000; i++) {
            statistics.add(0.1, i);
        }
        assertThat(statistics.mean()).isEqualTo(0.1);
        assertThat(statistics.variance()).isZero();
    }

    @Test
    void theLastValueIsTheOneWithTheLatestTimestamp() {
        Statistics statistics = new Statistics();
        statistics.add(1, 10);
        statistics.add(2, 30);
        statistics.add(3, 20);
        assertThat(statistics.last()).isEqualTo(2);
        Statistics other = new Statistics();
        other.add(4, 25);
        other.merge(statistics);
        assertThat(other.last()).isEqualTo(2);
        assertThat(other.lastTimestampMicros()).isEqualTo(30);
    }

    @Test
    void nothingMergedChangesNothing() {
        Statistics statistics = new Statistics();
        statistics.add(5, 1);
        String before = statistics.toString();
        statistics.merge(new Statistics());
        assertThat(statistics).hasToString(before);
        Statistics empty = new Statistics();
        empty.merge(statistics);
        assertThat(empty).hasToString(before);
        assertThat(new Statistics().isEmpty()).isTrue();
    }

    @Test
    void writtenAndReadTheyGoOnToTheSameBits() throws IOException {
        SplittableRandom random = seed.random(4);
        Statistics statistics = new Statistics();
        for (int i = 0; i < 1_000; i++) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            statistics.writeTo(new DataOutputStream(bytes));
            Statistics read =
                    Statistics.readFrom(
                            new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
            double value = random.nextDouble();
            statistics.add(value, i);
            read.add(value, i);
            assertThat(read).hasToString(statistics.toString());
            statistics = read;
        }
    }
}
