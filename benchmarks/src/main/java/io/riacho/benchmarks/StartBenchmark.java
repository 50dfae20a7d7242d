package io.riacho.benchmarks;

import java.util.Arrays;

/// From `./riacho up` to `ready`, on an empty data directory.
public final class StartBenchmark {

    private static final int RUNS = 7;

    private StartBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        double[] seconds = new double[RUNS];
        for (int i = 0; i < RUNS; i++) {
            try (LaunchedServer server = LaunchedServer.start()) {
                seconds[i] = server.secondsToReady();
            }
        }
        Arrays.sort(seconds);
        System.out.printf(
                "start to ready, %d runs: median %.2f s, best %.2f s, worst %.2f s (goal: 1 s)%n",
                RUNS, seconds[RUNS / 2], seconds[0], seconds[RUNS - 1]);
    }
}
