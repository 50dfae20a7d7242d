package io.riacho.core.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.riacho.core.Seed;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The rows that a series remembers, beside a sorted map.
class TimelineTest {

    private record Row(double value, long position) {}

    private static void put(Timeline timeline, long timestamp, double value, long position) {
        long place = timeline.find(timestamp);
        assertThat(place).isNegative();
        timeline.insert(~place, timestamp, value, position);
    }

    @RepeatedTest(20)
    void remembersWhatASortedMapRemembers() throws IOException {
        Seed seed = Seed.next();
        SplittableRandom random = seed.random(0);
        Timeline timeline = new Timeline();
        TreeMap<Long, Row> model = new TreeMap<>();
        int range = random.nextInt(10, 50_000);
        for (int position = 0; position < 8_000; position++) {
            long timestamp = random.nextLong(range) - range / 2;
            long place = timeline.find(timestamp);
            Row known = model.get(timestamp);
            if (known != null) {
                assertThat(place).as(seed::toString).isNotNegative();
                assertThat(timeline.value(place)).isEqualTo(known.value());
            } else {
                assertThat(place).as(seed::toString).isNegative();
                timeline.insert(~place, timestamp, timestamp * 0.5, position);
                model.put(timestamp, new Row(timestamp * 0.5, position));
            }
            if (random.nextInt(1_000) == 0) {
                long upTo = position - random.nextLong(500);
                int keep = random.nextInt(1, 2_000);
                long floor = Long.MIN_VALUE;
                while (model.size() > keep && model.firstEntry().getValue().position() <= upTo) {
                    floor = model.pollFirstEntry().getKey();
                }
                assertThat(timeline.forget(upTo, keep)).as(seed::toString).isEqualTo(floor);
            }
            if (random.nextInt(1_000) == 0) {
                timeline = copy(timeline);
            }
            assertThat(timeline.size()).isEqualTo(model.size());
        }
        for (Map.Entry<Long, Row> row : model.entrySet()) {
            assertThat(timeline.value(timeline.find(row.getKey())))
                    .as(seed::toString)
                    .isEqualTo(row.getValue().value());
        }
    }

    private static Timeline copy(Timeline timeline) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        timeline.writeTo(new DataOutputStream(bytes));
        return Timeline.readFrom(
                new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    }

    @Test
    @Timeout(30)
    void takesAMillionRowsInTheWorstOrder() {
        Timeline descending = new Timeline();
        Timeline strided = new Timeline();
        for (int i = 0; i < 1_000_000; i++) {
            put(descending, -i, i, i);
            put(strided, (long) i * 611_953 % 1_000_003, i, i);
        }
        assertThat(descending.size()).isEqualTo(1_000_000);
        assertThat(strided.size()).isEqualTo(1_000_000);
        assertThat(strided.forget(Long.MAX_VALUE, 64)).isPositive();
        assertThat(strided.size()).isEqualTo(64);
    }
}
