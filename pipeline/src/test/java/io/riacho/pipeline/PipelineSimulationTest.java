package io.riacho.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.riacho.pipeline.Simulation.Report;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Invariants 1–5 and 7 of the design on a disk that loses, tears and reorders what was not synced,
/// over random readings, with crashes at any step: also inside seal, snapshot and truncation.
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
        for (long seed : seeds()) {
            Report report = new Simulation(directory.resolve("run-" + seed), seed, false).run();
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
        }
        System.out.printf(
                "simulation: %d runs, %d readings acknowledged, %d in flight at a crash,"
                        + " %d crashes, %d seals, %d late, %d session writes,"
                        + " %d reports of devices%n",
                seeds().size(),
                acknowledged,
                inFlight,
                crashes,
                seals,
                late,
                sessionWrites,
                deviceReports);
        // The test would prove nothing if nothing had been at stake.
        if (seeds().size() > 20) {
            assertThat(acknowledged).isGreaterThan(50L * seeds().size());
            assertThat(inFlight).isGreaterThan(seeds().size());
            assertThat(crashes).isGreaterThan(2L * seeds().size());
            assertThat(seals).isGreaterThan(seeds().size());
            assertThat(late).isPositive();
            assertThat(sessionWrites).isGreaterThan(50L * seeds().size());
            assertThat(deviceReports).isGreaterThan(5L * seeds().size());
        }
    }

    /// The mutant: a server that acknowledges before it syncs. The test above must catch it.
    @Test
    @Tag("slow")
    void aServerThatAcknowledgesBeforeItSyncsIsCaught() throws Exception {
        List<String> violations = new ArrayList<>();
        int runs = 0;
        for (long seed = 1; seed <= 200 && violations.isEmpty(); seed++) {
            runs++;
            violations.addAll(
                    new Simulation(directory.resolve("mutant-" + seed), seed, true)
                            .run()
                            .violations());
        }
        assertThat(violations).as("violations found in %s runs", runs).isNotEmpty();
        System.out.printf("mutant caught after %d runs: %s%n", runs, violations.getFirst());
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
