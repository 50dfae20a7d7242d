package io.riacho.api.readings;

import static org.assertj.core.api.Assertions.assertThat;

import io.riacho.simulation.Seed;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Bad readings that are found at two places.
class RefusalTest {

    @Test
    void everyBadReadingIsListedOnceAtItsPlaceInTheMessage() {
        Seed.random()
                .run(random -> {
                    List<Refusal> decoded = new ArrayList<>();
                    List<Refusal> later = new ArrayList<>();
                    List<Refusal> all = new ArrayList<>();
                    int good = 0;
                    int places = random.nextInt(30);
                    for (int place = 0; place < places; place++) {
                        switch (random.nextInt(3)) {
                            case 0 -> {
                                decoded.add(new Refusal(place, "decoded"));
                                all.add(new Refusal(place, "decoded"));
                            }
                            case 1 -> {
                                later.add(new Refusal(good++, "later"));
                                all.add(new Refusal(place, "later"));
                            }
                            default -> good++;
                        }
                    }
                    assertThat(Refusal.merged(decoded, later)).isEqualTo(all);
                });
    }
}
