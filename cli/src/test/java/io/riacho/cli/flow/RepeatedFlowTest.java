package io.riacho.cli.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.riacho.client.Target;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RepeatedFlowTest {

    @TempDir private Path directory;

    @Test
    void aRoundThatFailsIsReportedAndTheNextOneIsTried() throws Exception {
        List<RepeatedFlow.Round> rounds = new ArrayList<>();
        Target processor;
        ReportServices others = new ReportServices(null);
        try (ReportServices services = new ReportServices(null)) {
            processor = others.processor();
            Flow flow =
                    new Flow(
                            services.sensor(),
                            processor,
                            services.actuator(),
                            "field-1",
                            1,
                            directory,
                            null,
                            Duration.ofSeconds(20));
            new RepeatedFlow(flow, InstantSource.system())
                    .run(round -> {
                        rounds.add(round);
                        others.close();
                        return rounds.size() < 3;
                    });
        } finally {
            others.close();
        }
        assertThat(rounds.getFirst().failure()).isNull();
        assertThat(rounds.subList(1, 3))
                .allSatisfy(round ->
                        assertThat(round.failure())
                                .startsWith(
                                        "the processor at " + processor + " failed: UNAVAILABLE"));
        long before = 0;
        for (RepeatedFlow.Round round : rounds) {
            assertThat(round.beganMillis()).isGreaterThanOrEqualTo(before);
            assertThat(round.endedMillis()).isGreaterThanOrEqualTo(round.beganMillis());
            before = round.endedMillis();
        }
    }
}
