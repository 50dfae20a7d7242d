package io.riacho.benchmarks.mqtt;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Measures the cost of a connection that does nothing: clients with a keep-alive, each subscribed to
/// the commands of its device. Connects as fast as the server answers, 256 at a time.
public final class MqttIdleBenchmark {

    private static final int[] CONNECTIONS = {10_000, 50_000};

    /// Open files besides the connections.
    private static final int OTHER_FILES = 500;

    private static final int CONNECTING_MAX = 256;
    private static final int KEEP_ALIVE_SECONDS = 600;
    private static final int SECONDS_MAX = 120;
    private static final int OUT_BYTES_MAX = 128;

    private static final Pattern OPEN_FILES = Pattern.compile("Max open files +(\\d+)");
    private static final Pattern HEAP_USED = Pattern.compile("(?:total|used) \\d+K, used (\\d+)K");

    private int connected;

    private MqttIdleBenchmark() {}

    /// Prints a line for each server and number of connections.
    ///
    /// @param arguments `[connections]`
    public static void main(String[] arguments) throws Exception {
        if (arguments.length > 0) {
            measure(Integer.parseInt(arguments[0]));
            return;
        }
        for (int connections : CONNECTIONS) {
            long files = openFilesMax();
            if (files >= 0 && files < connections + OTHER_FILES) {
                System.out.printf(
                        Locale.ROOT,
                        "%,d connections: not measured, a process may open %,d files here (ulimit"
                                + " -n)%n",
                        connections,
                        files);
            } else {
                measure(connections);
            }
        }
    }

    private static long openFilesMax() throws IOException {
        Path limits = Path.of("/proc/self/limits");
        if (!Files.exists(limits)) {
            return -1;
        }
        Matcher line = OPEN_FILES.matcher(Files.readString(limits));
        return line.find() ? Long.parseLong(line.group(1)) : -1;
    }

    private static void measure(int connections) throws Exception {
        String most = Integer.toString(connections + 1);
        try (Peer riacho =
                Peer.riacho("--mqtt.connections-max=" + most, "--mqtt.sessions-max=" + most)) {
            new MqttIdleBenchmark().measure(riacho, connections);
        }
        if (Peer.hasMosquitto()) {
            try (Peer mosquitto = Peer.mosquitto()) {
                new MqttIdleBenchmark().measure(mosquitto, connections);
            }
        }
    }

    private void measure(Peer peer, int connections) throws Exception {
        boolean java = peer.name().equals(Peer.RIACHO);
        peer.use().awaitIdle(SECONDS_MAX);
        long heapBefore = java ? heapAfterCollection(peer) : 0;
        long residentBefore = peer.use().residentKib();
        try (WireLoop loop = new WireLoop()) {
            long began = System.nanoTime();
            for (int i = 0; i < connections; i++) {
                int mine = i;
                loop.runUntil(
                        () -> mine - connected < CONNECTING_MAX, SECONDS_MAX, "CONNACK and SUBACK");
                Idle client = new Idle("device" + i);
                loop.open(
                        peer.address(),
                        Packets.MQTT_5.connect(client.name, KEEP_ALIVE_SECONDS),
                        client,
                        OUT_BYTES_MAX);
            }
            loop.runUntil(() -> connected == connections, SECONDS_MAX, "CONNACK and SUBACK");
            double seconds = (System.nanoTime() - began) / 1e9;
            peer.use().awaitIdle(SECONDS_MAX);
            long heap = java ? heapAfterCollection(peer) : 0;
            long resident = peer.use().residentKib();
            System.out.printf(
                    Locale.ROOT,
                    "%-9s %,d idle connections: %,.0f connects/s; resident %,d MiB, before %,d: %.1f"
                            + " KiB each",
                    peer.name(),
                    connections,
                    connections / seconds,
                    resident / 1024,
                    residentBefore / 1024,
                    (double) (resident - residentBefore) / connections);
            if (java) {
                System.out.printf(
                        Locale.ROOT,
                        "; heap after collection %,d MiB, before %,d: %.1f KiB each",
                        heap / 1024,
                        heapBefore / 1024,
                        (double) (heap - heapBefore) / connections);
            }
            System.out.println();
        }
    }

    /// What is alive in a Java server, in KiB.
    private static long heapAfterCollection(Peer peer) throws IOException {
        command(peer, "GC.run");
        Matcher used = HEAP_USED.matcher(command(peer, "GC.heap_info"));
        long sum = 0;
        while (used.find()) {
            sum += Long.parseLong(used.group(1));
        }
        return sum;
    }

    private static String command(Peer peer, String command) throws IOException {
        Process jcmd =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                                Long.toString(peer.process().pid()),
                                command)
                        .redirectErrorStream(true)
                        .start();
        return new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private final class Idle implements Wire.Client {

        private final String name;

        Idle(String name) {
            this.name = name;
        }

        @Override
        public void packet(Wire wire, int header, byte[] in, int start, int end)
                throws IOException {
            switch (header) {
                case Packets.CONNACK -> {
                    if (in[start + 1] != 0) {
                        throw new IOException("CONNACK " + (in[start + 1] & 0xFF));
                    }
                    wire.send(
                            Packets.MQTT_5.subscribe(
                                    1, "irrigation/control/" + name + "/command", 1));
                }
                case Packets.SUBACK -> connected++;
                default -> throw new IOException("a packet of type " + (header >> 4));
            }
        }
    }
}
