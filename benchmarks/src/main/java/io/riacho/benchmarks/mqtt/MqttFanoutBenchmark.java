package io.riacho.benchmarks.mqtt;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// Messages of a plain broker from one to many and from many to one, beside Mosquitto, in turns.
public final class MqttFanoutBenchmark {

    private static final int MANY = 1_000;
    private static final int ROUNDS = 3;

    /// The compiler's turn.
    private static final int WARM_UP_ROUNDS = 1;

    /// Messages on their way to many, and to one; fewer than what a queue of 1,000 takes.
    private static final int UNDERWAY_TO_MANY = 32;

    private static final int UNDERWAY_TO_ONE = 500;
    private static final int IDLE_SECONDS_MAX = 10;

    private MqttFanoutBenchmark() {}

    /// Prints a line for each direction and QoS.
    ///
    /// @param arguments `[seconds of a round]`, 2 unless given
    public static void main(String[] arguments) throws Exception {
        double seconds = arguments.length > 0 ? Double.parseDouble(arguments[0]) : 2;
        List<Peer> peers = new ArrayList<>();
        try {
            peers.add(Peer.riacho());
            if (Peer.hasMosquitto()) {
                peers.add(Peer.mosquitto());
            }
            for (boolean toMany : new boolean[] {true, false}) {
                for (int qos = 0; qos <= 1; qos++) {
                    report(peers, toMany, qos, seconds);
                }
            }
        } finally {
            for (Peer each : peers) {
                each.close();
            }
        }
    }

    private static void report(List<Peer> peers, boolean toMany, int qos, double seconds)
            throws Exception {
        double[][] rates = new double[peers.size()][ROUNDS];
        double[] micros = new double[peers.size()];
        for (int round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
            for (int i = 0; i < peers.size(); i++) {
                Peer peer = peers.get(i);
                peer.use().awaitIdle(IDLE_SECONDS_MAX);
                FanoutLoad load =
                        new FanoutLoad(
                                peer.address(),
                                qos,
                                toMany ? 1 : MANY,
                                toMany ? MANY : 1,
                                toMany ? UNDERWAY_TO_MANY : UNDERWAY_TO_ONE);
                long before = peer.use().processorMillis();
                double rate = load.run(seconds);
                if (round >= 0) {
                    rates[i][round] = rate;
                    double used = peer.use().processorMillis() - before;
                    micros[i] += used * 1e3 / (rate * seconds) / ROUNDS;
                }
            }
        }
        System.out.printf(
                Locale.ROOT,
                "%,d to %,d, QoS %d, messages delivered/s (median of %d):",
                toMany ? 1 : MANY,
                toMany ? MANY : 1,
                qos,
                ROUNDS);
        for (int i = 0; i < peers.size(); i++) {
            Arrays.sort(rates[i]);
            System.out.printf(
                    Locale.ROOT,
                    " %s %,.0f (%.2f us each);",
                    peers.get(i).name(),
                    rates[i][ROUNDS / 2],
                    micros[i]);
        }
        if (peers.size() > 1) {
            System.out.printf(
                    Locale.ROOT, " ratio %.2f", rates[0][ROUNDS / 2] / rates[1][ROUNDS / 2]);
        }
        System.out.println();
    }
}
