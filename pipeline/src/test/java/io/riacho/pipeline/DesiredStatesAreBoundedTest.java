package io.riacho.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.riacho.core.model.Statistics;
import io.riacho.core.rules.Condition;
import io.riacho.core.rules.Rule;
import io.riacho.core.rules.RuleSet;
import io.riacho.core.rules.RuleWindow;
import io.riacho.core.stream.StreamOptions;
import io.riacho.pipeline.stages.PipelineOptions;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A device of which more is desired than it may have: what is not taken is counted.
class DesiredStatesAreBoundedTest {

    @TempDir Path directory;

    private record Always() implements Condition {
        @Override
        public boolean holds(Statistics statistics) {
            return true;
        }

        @Override
        public String text() {
            return "always";
        }
    }

    @Test
    void desiredStatesBeyondTheMostAreCounted() throws Exception {
        StreamOptions all = StreamOptions.DEFAULT;
        StreamOptions two =
                new StreamOptions(
                        all.windows(),
                        all.windowGrace(),
                        all.openWindowsPerSizeMax(),
                        all.rememberedPerSeries(),
                        all.pendingLateMax(),
                        2);
        Rule rule =
                new Rule(
                        "always",
                        "v1",
                        "m",
                        List.of(),
                        new RuleWindow.Running(),
                        new Always(),
                        null,
                        Duration.ZERO,
                        0,
                        List.of("pump"),
                        true);
        try (Opened opened =
                new Opened(directory, two, PipelineOptions.defaults(), RuleSet.of(rule))) {
            opened.pipeline.useRules(ByteBuffer.wrap(new byte[] {1}));
            for (int i = 0; i < 5; i++) {
                assertThat(opened.submit("s" + i, 1, i)).isNotNull();
            }
            opened.work();
            assertThat(opened.count("riacho.rules.desired.refused")).isEqualTo(3);
        }
    }
}
