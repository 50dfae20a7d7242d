package io.riacho.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.riacho.pipeline.Simulation.Mutant;
import io.riacho.pipeline.Simulation.Report;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Invariants 1–5 and 7 of the design on a disk that loses, tears and reorders what was not synced,
/// over random readings, with crashes at any step: also inside seal, snapshot and truncation; and that
/// state is a fold over the journal, byte for byte.
///
/// `-Driacho.seed=N` replays one run, `-Driacho.runs=N` runs more.
class PipelineSimulationTest {

    private static final int RUNS = Integer.getInteger("riacho.runs", 25);

    @TempDir Path directory;

    @Test
    @Tag("slow")
    void whatWasAcknowledgedSurvivesAnyCrash() throws Exception {
        long acknowledged = 0;
        long inFlight = 0;
        long crashes = 0;
        long seals = 0;
        long late = 0;
        long sessionWrites = 0;
        long deviceReports = 0;
        long recordsCompared = 0;
        for (long seed : seeds()) {
            Report report =
                    new Simulation(directory.resolve("run-" + seed), seed, Mutant.NONE).run();
            if (!report.violations().isEmpty()) {
                throw new AssertionError(
                        "replay with -Driacho.seed=" + seed + ": " + report.violations(),
                        report.failure());
            }
            acknowledged += report.acknowledged();
            inFlight += report.inFlightAtCrash();
            crashes += report.crashes();
            seals += report.seals();
            late += report.late();
            sessionWrites += report.sessionWrites();
            deviceReports += report.deviceReports();
            recordsCompared += report.recordsCompared();
        }
        System.out.printf(
                "simulation: %d runs, %d readings acknowledged, %d in flight at a crash,"
                        + " %d crashes, %d seals, %d late, %d session writes,"
                        + " %d reports of devices, %d records replayed from the first on%n",
                seeds().size(),
                acknowledged,
                inFlight,
                crashes,
                seals,
                late,
                sessionWrites,
                deviceReports,
                recordsCompared);
        // The test would prove nothing if nothing had been at stake.
        if (seeds().size() > 20) {
            assertThat(acknowledged).isGreaterThan(50L * seeds().size());
            assertThat(inFlight).isGreaterThan(seeds().size());
            assertThat(crashes).isGreaterThan(2L * seeds().size());
            assertThat(seals).isGreaterThan(seeds().size());
            assertThat(late).isPositive();
            assertThat(sessionWrites).isGreaterThan(50L * seeds().size());
            assertThat(deviceReports).isGreaterThan(5L * seeds().size());
            assertThat(recordsCompared).isGreaterThan(1_000L * seeds().size());
        }
    }

    /// The mutants: the test above must catch each.
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    @Tag("slow")
    void aServerWithAMistakeIsCaught(Mutant mutant) throws Exception {
        List<String> violations = new ArrayList<>();
        int runs = 0;
        for (long seed = 1; seed <= 200 && violations.isEmpty(); seed++) {
            runs++;
            violations.addAll(
                    new Simulation(directory.resolve("mutant-" + seed), seed, mutant)
                            .run()
                            .violations());
        }
        assertThat(violations).as("violations found in %s runs", runs).isNotEmpty();
        if (mutant == Mutant.FORGETS_IN_SNAPSHOTS) {
            assertThat(violations).anySatisfy(each -> assertThat(each).startsWith("fold: "));
        }
        System.out.printf(
                "mutant %s caught after %d runs: %s%n", mutant, runs, violations.getFirst());
    }

    private static List<Long> seeds() {
        Long one = Long.getLong("riacho.seed");
        if (one != null) {
            return List.of(one);
        }
        List<Long> seeds = new ArrayList<>();
        for (long seed = 1; seed <= RUNS; seed++) {
            seeds.add(seed);
        }
        return seeds;
    }
}
