package io.riacho.pipeline;

import io.riacho.pipeline.stages.PipelineOptions;
import java.time.Duration;

/// Options of small pipelines: nothing is too old, no disk is too full, a hundred devices.
final class OptionsUnderTest {

    private OptionsUnderTest() {}

    static PipelineOptions of(
            long intakeBytesMax,
            int seriesMax,
            PipelineOptions.Lake lake,
            int manualPriority,
            PipelineOptions.Fixed fixed) {
        PipelineOptions defaults = PipelineOptions.defaults();
        return new PipelineOptions(
                new PipelineOptions.Intake(intakeBytesMax),
                defaults.journal(),
                new PipelineOptions.Stream(
                        defaults.stream().windows(),
                        defaults.stream().rememberedPerSeries(),
                        seriesMax,
                        Duration.ofMinutes(10)),
                lake,
                new PipelineOptions.Retention(null, null, 0),
                new PipelineOptions.Commands(Duration.ofHours(1), manualPriority),
                new PipelineOptions.Devices(100),
                fixed);
    }
}
