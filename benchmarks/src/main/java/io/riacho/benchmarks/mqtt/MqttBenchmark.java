package io.riacho.benchmarks.mqtt;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Readings published over MQTT as fast as they are acknowledged: Riacho beside Mosquitto, which syncs
/// nothing, and beside [BareMqttServer], which syncs and does nothing else.
///
/// The peers take turns, round by round, and a round begins when the peer before has nothing left to do:
/// Riacho goes on folding, sealing and compacting for a while. Processor time of a row is that until the
/// last acknowledgement; what came afterwards is in the sum at the end.
public final class MqttBenchmark {

    private static final double MOSQUITTO_GOAL = 5;
    private static final double BARE_GOAL = 0.6;

    private static final int IDLE_SECONDS_MAX = 30;

    /// Each load's timestamps are this much later than those of the one before.
    private static final long LOAD_MILLIS = TimeUnit.MINUTES.toMillis(5);

    /// What is measured.
    ///
    /// @param rounds of each peer; the median counts
    /// @param share of the seconds of a round
    private record Row(
            Packets packets, int qos, int connections, int window, int rounds, double share) {

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%s, QoS %d, %d connection%s x %d in flight",
                    packets,
                    qos,
                    connections,
                    connections == 1 ? "" : "s",
                    window);
        }
    }

    private static final List<Row> ROWS =
            List.of(
                    new Row(Packets.MQTT_3_1_1, 1, 100, 200, 3, 1),
                    new Row(Packets.MQTT_5, 1, 100, 200, 1, 1),
                    new Row(Packets.MQTT_3_1_1, 2, 100, 200, 1, 1),
                    new Row(Packets.MQTT_3_1_1, 1, 1, 200, 1, 0.75),
                    new Row(Packets.MQTT_3_1_1, 1, 100, 1, 1, 0.75),
                    new Row(Packets.MQTT_3_1_1, 1, 1, 1, 1, 0.5));

    private static final Row SUSTAINED = new Row(Packets.MQTT_3_1_1, 1, 100, 200, 1, 5);

    /// Rounds of the first row that do not count, for the compiler: its work is not over sooner.
    private static final int WARM_UP_ROUNDS = 3;

    private final List<Peer> peers;
    private final double roundSeconds;

    /// Acknowledged since the beginning.
    private final Map<Peer, Long> messages = new HashMap<>();

    private long firstMillis = System.currentTimeMillis() - TimeUnit.HOURS.toMillis(12);

    private MqttBenchmark(List<Peer> peers, double roundSeconds) {
        this.peers = peers;
        this.roundSeconds = roundSeconds;
    }

    /// Prints a table for each load.
    ///
    /// @param arguments `[seconds of a round]`, 4 unless given
    public static void main(String[] arguments) throws Exception {
        double seconds = arguments.length > 0 ? Double.parseDouble(arguments[0]) : 4;
        List<Peer> peers = new ArrayList<>();
        try {
            peers.add(Peer.riacho());
            if (Peer.hasMosquitto()) {
                peers.add(Peer.mosquitto());
            }
            peers.add(Peer.bare());
            new MqttBenchmark(peers, seconds).run();
        } finally {
            for (Peer each : peers) {
                each.close();
            }
        }
    }

    private void run() throws Exception {
        System.out.printf(
                Locale.ROOT,
                "JSON readings of %d bytes, all distinct; rounds of %.1f s, peers in turn%n",
                ReadingFrames.payloadBytes(),
                roundSeconds);
        for (int round = 0; round < WARM_UP_ROUNDS; round++) {
            for (Peer each : peers) {
                measure(each, ROWS.getFirst());
            }
        }
        for (Row each : ROWS) {
            report(each, measure(each));
        }
        // Long enough that what is sealed afterwards in a round must be sealed meanwhile.
        Measured sustained = measure(peers.getFirst(), SUSTAINED);
        System.out.printf(
                Locale.ROOT,
                "%nriacho for %.0f s without a pause, %s: %,.0f messages/s, %.2f us/msg%n",
                roundSeconds * SUSTAINED.share(),
                SUSTAINED,
                sustained.rate(),
                sustained.serverMicros());
        for (Peer each : peers) {
            long all = messages.getOrDefault(each, 0L);
            System.out.printf(
                    Locale.ROOT,
                    "%s, from its start until it was idle again: %,d messages, %.2f us/msg%n",
                    each.name(),
                    all,
                    each.use().processorMillis() * 1e3 / all);
        }
    }

    private Map<Peer, List<Measured>> measure(Row row) throws Exception {
        Map<Peer, List<Measured>> all = new LinkedHashMap<>();
        for (int round = 0; round < row.rounds(); round++) {
            for (Peer each : peers) {
                if (row.qos() == 1 || !each.name().equals(Peer.BARE)) {
                    all.computeIfAbsent(each, _ -> new ArrayList<>()).add(measure(each, row));
                }
            }
        }
        return all;
    }

    /// One round of one peer.
    ///
    /// @param serverMicros processor time of the server for each message
    /// @param loadMicros that of the load program
    private record Measured(PublishLoad.Result result, double serverMicros, double loadMicros) {

        double rate() {
            return result.rate();
        }
    }

    private Measured measure(Peer peer, Row row) throws Exception {
        PublishLoad load =
                new PublishLoad(
                        peer.address(),
                        row.packets(),
                        row.qos(),
                        row.connections(),
                        row.window(),
                        firstMillis);
        firstMillis += LOAD_MILLIS;
        long serverMillis = peer.use().processorMillis();
        long loadMillis = Peer.ownUse().processorMillis();
        PublishLoad.Result result = load.run(roundSeconds * row.share());
        if (result.refused() > 0) {
            throw new IllegalStateException(peer.name() + " refused " + result.refused());
        }
        loadMillis = Peer.ownUse().processorMillis() - loadMillis;
        serverMillis = peer.use().processorMillis() - serverMillis;
        peer.use().awaitIdle(IDLE_SECONDS_MAX);
        messages.merge(peer, result.acknowledged(), Long::sum);
        double microsPerMilli = 1e3 / result.acknowledged();
        return new Measured(result, serverMillis * microsPerMilli, loadMillis * microsPerMilli);
    }

    private static void report(Row row, Map<Peer, List<Measured>> all) {
        System.out.printf("%n%s%s%n", row, row.rounds() > 1 ? ", median of " + row.rounds() : "");
        System.out.printf(
                "  %-10s %12s %14s %12s %10s %10s%n",
                "", "messages/s", "server us/msg", "load us/msg", "p50 ms", "p99 ms");
        Map<String, Measured> medians = new LinkedHashMap<>();
        all.forEach((peer, measured) -> {
            List<Measured> sorted =
                    measured.stream().sorted((a, b) -> Double.compare(a.rate(), b.rate())).toList();
            Measured median = sorted.get(sorted.size() / 2);
            medians.put(peer.name(), median);
            System.out.printf(
                    Locale.ROOT,
                    "  %-10s %,12.0f %14.2f %12.2f %10.3f %10.3f%n",
                    peer.name(),
                    median.rate(),
                    median.serverMicros(),
                    median.loadMicros(),
                    median.result().answerMicros().getValueAtPercentile(50) / 1e3,
                    median.result().answerMicros().getValueAtPercentile(99) / 1e3);
        });
        // The goals are stated for the first row: many connections, pipelined.
        boolean stated = row.equals(ROWS.getFirst());
        ratio(medians, Peer.MOSQUITTO, stated ? MOSQUITTO_GOAL : 0);
        ratio(medians, Peer.BARE, stated ? BARE_GOAL : 0);
    }

    private static void ratio(Map<String, Measured> medians, String other, double goal) {
        Measured ours = medians.get(Peer.RIACHO);
        Measured theirs = medians.get(other);
        if (ours == null || theirs == null) {
            return;
        }
        double ratio = ours.rate() / theirs.rate();
        String judgement = ratio >= goal ? "met" : "missed";
        System.out.printf(
                Locale.ROOT,
                "  riacho / %s: %.2f of its rate%s, %.2f of its processor time%n",
                other,
                ratio,
                goal > 0 ? String.format(Locale.ROOT, " (goal %.1f: %s)", goal, judgement) : "",
                ours.serverMicros() / theirs.serverMicros());
    }
}
