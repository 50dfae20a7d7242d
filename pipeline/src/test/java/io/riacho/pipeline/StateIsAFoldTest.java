package io.riacho.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.riacho.api.commands.Command;
import io.riacho.api.commands.OverrideRequest;
import io.riacho.api.readings.Failure;
import io.riacho.api.readings.ReadingBatch;
import io.riacho.api.readings.Refusal;
import io.riacho.api.readings.SeriesTable;
import io.riacho.api.readings.Source;
import io.riacho.api.readings.Submission;
import io.riacho.core.model.Statistics;
import io.riacho.core.rules.Condition;
import io.riacho.core.rules.Rule;
import io.riacho.core.rules.RuleSet;
import io.riacho.core.rules.RuleWindow;
import io.riacho.core.stream.StreamOptions;
import io.riacho.disk.RealDisk;
import io.riacho.journal.JournalOptions;
import io.riacho.lake.LakeOptions;
import io.riacho.pipeline.stages.PipelineOptions;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Tests of what a restart must not change, case by case; the simulation looks for others.
class StateIsAFoldTest {

    private static final long START_MICROS = 1_763_668_800_000_000L;

    @TempDir Path directory;

    private long nowMicros = START_MICROS;
    private PipelineOptions options = PipelineOptions.defaults();

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anAcknowledgementOfASupersededCommandSurvivesARestart(boolean beforeTheSnapshot)
            throws Exception {
        List<Command> before;
        try (Pipeline pipeline = open(RuleSet.NONE)) {
            String first = order(pipeline, true).id();
            order(pipeline, false);
            if (!beforeTheSnapshot) {
                seal(pipeline);
            }
            pipeline.commands().acknowledge("pump", first, _ -> {});
            work(pipeline);
            if (beforeTheSnapshot) {
                seal(pipeline);
            }
            before = pipeline.commands().recent(10);
            assertThat(before)
                    .extracting(Command::state)
                    .contains(Command.State.ACKNOWLEDGED, Command.State.ISSUED);
        }
        try (Pipeline pipeline = open(RuleSet.NONE)) {
            assertThat(pipeline.commands().recent(10)).isEqualTo(before);
        }
    }

    @Test
    void aRuleThatIsSetWhileItsSensorIsSilentHoldsInTime() throws Exception {
        try (Pipeline pipeline = open(RuleSet.of(above(20)))) {
            ReadingBatch batch = new ReadingBatch();
            batch.add(new SeriesTable(1).series("s", "m"), 30, nowMicros, null);
            pipeline.intake().submit(new Kept(batch));
            work(pipeline);
            pipeline.useRules(ByteBuffer.wrap(new byte[] {1}));
            work(pipeline);
            nowMicros += 10_000_000;
            pipeline.tick();
            work(pipeline);
            assertThat(pipeline.commands().newest("pump")).isPresent();
        }
    }

    @Test
    void aCommandExpiresWhenItWasIssuedToWhateverIsConfiguredLater() throws Exception {
        Command issued;
        options = withExpiry(Duration.ofHours(1));
        try (Pipeline pipeline = open(RuleSet.NONE)) {
            issued = order(pipeline, true);
            assertThat(issued.expiresAtMicros()).isEqualTo(nowMicros + 3_600_000_000L);
        }
        options = withExpiry(Duration.ofHours(2));
        try (Pipeline pipeline = open(RuleSet.NONE)) {
            assertThat(pipeline.commands().newest("pump")).contains(issued);
            assertThat(order(pipeline, false).expiresAtMicros())
                    .isEqualTo(nowMicros + 7_200_000_000L);
        }
    }

    private static PipelineOptions withExpiry(Duration expiry) {
        PipelineOptions d = PipelineOptions.defaults();
        return new PipelineOptions(
                d.intake(),
                d.journal(),
                d.stream(),
                d.lake(),
                d.retention(),
                new PipelineOptions.Commands(expiry, d.commands().manualPriority()),
                d.devices(),
                d.fixed());
    }

    private static Rule above(double threshold) {
        Condition above =
                new Condition() {
                    @Override
                    public boolean holds(Statistics statistics) {
                        return statistics.mean() > threshold;
                    }

                    @Override
                    public String text() {
                        return "average > " + threshold;
                    }
                };
        return new Rule(
                "above",
                "v1",
                "m",
                List.of(),
                new RuleWindow.Running(),
                above,
                null,
                Duration.ofSeconds(5),
                0,
                List.of("pump"),
                true);
    }

    private static final class Kept extends Submission {
        Kept(ReadingBatch readings) {
            super(Source.TCP, readings, 100);
        }

        @Override
        protected void durable(List<Refusal> refusals) {
            assertThat(refusals).isEmpty();
        }

        @Override
        protected void failed(Failure failure) {
            throw new AssertionError(failure);
        }
    }

    private static Command order(Pipeline pipeline, boolean turnOn) {
        pipeline.manualCommands()
                .request(new OverrideRequest.SetOverride(List.of("pump"), turnOn, null), _ -> {});
        work(pipeline);
        return pipeline.commands().newest("pump").orElseThrow();
    }

    private static void seal(Pipeline pipeline) {
        assertThat(pipeline.seal()).isNotNull();
        work(pipeline);
    }

    private static void work(Pipeline pipeline) {
        while (pipeline.stepJournal() || pipeline.stepStream() || pipeline.stepBackground()) {
            // Until nothing is left to do.
        }
    }

    private Pipeline open(RuleSet rules) throws Exception {
        return Pipeline.open(
                new RealDisk(),
                Pipeline.Directories.below(directory),
                new JournalOptions(128 << 10, 64 << 10),
                LakeOptions.defaults(),
                StreamOptions.DEFAULT,
                options,
                _ -> rules,
                () -> nowMicros,
                new SimpleMeterRegistry());
    }
}
