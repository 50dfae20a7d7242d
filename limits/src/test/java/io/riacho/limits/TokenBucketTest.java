package io.riacho.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.riacho.simulation.Seed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class TokenBucketTest {

    private static final long SECOND = 1_000_000_000L;

    @Test
    void someGoAtOnceThenOneInEachInterval() {
        TokenBucket bucket = new TokenBucket(3, Duration.ofSeconds(1));
        long now = -5 * SECOND;
        for (int i = 0; i < 3; i++) {
            assertThat(bucket.tryTake(now)).isTrue();
        }
        assertThat(bucket.tryTake(now)).isFalse();
        assertThat(bucket.tryTake(now + SECOND - 1)).isFalse();
        assertThat(bucket.tryTake(now + SECOND)).isTrue();
        assertThat(bucket.tryTake(now + SECOND)).isFalse();
    }

    @Test
    void itHoldsNoMoreThanItsCapacityHoweverLongNobodyTakes() {
        TokenBucket bucket = new TokenBucket(2, Duration.ofMillis(10));
        assertThat(bucket.tryTake(Long.MIN_VALUE)).isTrue();
        assertThat(bucket.isFull(Long.MIN_VALUE)).isFalse();
        assertThat(bucket.isFull(-1)).isTrue();
        assertThat(bucket.tryTake(-1)).isTrue();
        assertThat(bucket.tryTake(-1)).isTrue();
        assertThat(bucket.tryTake(-1)).isFalse();
    }

    @Test
    void aClockThatGoesBackGivesNothingTwice() {
        TokenBucket bucket = new TokenBucket(1, Duration.ofSeconds(1));
        assertThat(bucket.tryTake(10 * SECOND)).isTrue();
        assertThat(bucket.tryTake(5 * SECOND)).isFalse();
        assertThat(bucket.tryTake(10 * SECOND)).isFalse();
        assertThat(bucket.tryTake(11 * SECOND)).isTrue();
    }

    @Test
    void noStretchOfTimeHasMoreThanTheCapacityAndItsIntervals() {
        Seed.random()
                .run(random -> {
                    int capacity = 1 + random.nextInt(20);
                    long interval = 1 + random.nextLong(SECOND);
                    TokenBucket bucket = new TokenBucket(capacity, Duration.ofNanos(interval));
                    long now = random.nextLong(-SECOND, SECOND);
                    List<Long> taken = new ArrayList<>();
                    for (int i = 0; i < 300; i++) {
                        now += random.nextLong(2 * interval);
                        if (!bucket.tryTake(now)) {
                            continue;
                        }
                        taken.add(now);
                        for (int first = 0; first < taken.size(); first++) {
                            assertThat(taken.size() - first)
                                    .isLessThanOrEqualTo(
                                            (int) (capacity + (now - taken.get(first)) / interval));
                        }
                    }
                    assertThat(taken).as("tokens come back").hasSizeGreaterThan(50);
                });
    }

    @Test
    void aBucketWithoutTokensOrTimeIsAMistake() {
        assertThatThrownBy(() -> new TokenBucket(0, Duration.ofSeconds(1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new TokenBucket(1, Duration.ZERO))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
