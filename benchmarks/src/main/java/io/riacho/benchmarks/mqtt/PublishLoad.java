package io.riacho.benchmarks.mqtt;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/// Clients that publish readings as fast as a server acknowledges them.
///
/// @param qos 1 or 2; a message of QoS 2 counts as acknowledged with its PUBCOMP
/// @param connections clients, each with sensors of its own
/// @param window messages of a client that wait for their acknowledgement, at most; fewer where the
///     server says so
/// @param firstMillis of the first reading of each sensor, ms since 1970: later than all before
record PublishLoad(
        InetSocketAddress address,
        Packets packets,
        int qos,
        int connections,
        int window,
        long firstMillis) {

    static final int SENSORS_PER_CONNECTION = 10;

    private static final long MICROS_MAX = 60_000_000;

    /// How long the server may take for a CONNACK, and for the last acknowledgements.
    private static final int ANSWER_SECONDS_MAX = 60;

    /// What was reached.
    ///
    /// @param acknowledged messages
    /// @param refused of them, by a code of 0x80 or more
    /// @param seconds from the first message to the last acknowledgement
    /// @param answerMicros from a message to its acknowledgement
    record Result(long acknowledged, long refused, double seconds, Histogram answerMicros) {

        /// Acknowledged messages per second.
        double rate() {
            return acknowledged / seconds;
        }
    }

    /// Publishes for so long, and waits for every acknowledgement.
    ///
    /// @throws IOException when a connection fails, or an acknowledgement is not for the oldest message
    Result run(double publishSeconds) throws IOException {
        try (WireLoop loop = new WireLoop()) {
            List<Publisher> publishers = new ArrayList<>();
            List<Wire> wires = new ArrayList<>();
            Histogram answerMicros = new Histogram(MICROS_MAX, 3);
            for (int i = 0; i < connections; i++) {
                String name = "gw" + (1000 + i);
                Publisher publisher = new Publisher(name, answerMicros);
                int room = window * (publisher.frames.bytes() + 4) + 64;
                publishers.add(publisher);
                wires.add(loop.open(address, packets.connect(name, 60), publisher, room));
            }
            loop.runUntil(
                    () -> publishers.stream().allMatch(each -> each.windowMax > 0),
                    ANSWER_SECONDS_MAX,
                    "CONNACK for all clients");
            long began = System.nanoTime();
            for (Publisher each : publishers) {
                each.mayPublish = true;
            }
            for (Wire each : wires) {
                each.prompt();
            }
            loop.runFor((long) (publishSeconds * TimeUnit.SECONDS.toNanos(1)));
            for (Publisher each : publishers) {
                each.mayPublish = false;
            }
            loop.runUntil(
                    () -> publishers.stream().allMatch(each -> each.inFlight == 0),
                    ANSWER_SECONDS_MAX,
                    "an acknowledgement for every message");
            double took = (System.nanoTime() - began) / 1e9;
            return new Result(
                    publishers.stream().mapToLong(each -> each.acknowledged).sum(),
                    publishers.stream().mapToLong(each -> each.refused).sum(),
                    took,
                    answerMicros);
        }
    }

    /// One client: fills its window after each read.
    private final class Publisher implements Wire.Client {

        private final ReadingFrames frames;
        private final Histogram answerMicros;
        private final long[] sentNanos = new long[window];
        private int windowMax;
        private boolean mayPublish;
        private long sent;
        private long answered;
        private int inFlight;
        private long acknowledged;
        private long refused;
        private long readNanos;

        Publisher(String name, Histogram answerMicros) {
            this.answerMicros = answerMicros;
            frames = new ReadingFrames(packets, qos, name, SENSORS_PER_CONNECTION, firstMillis);
        }

        @Override
        public void packet(Wire from, int header, byte[] in, int start, int stop)
                throws IOException {
            switch (header) {
                case Packets.PUBACK, Packets.PUBCOMP -> acknowledged(in, start, stop);
                case Packets.PUBREC -> {
                    if (stop - start > 2 && in[start + 2] < 0) {
                        acknowledged(in, start, stop);
                    } else {
                        from.send(Packets.acknowledgement(Packets.PUBREL, Packets.u16(in, start)));
                    }
                }
                case Packets.CONNACK -> {
                    if (in[start + 1] != 0) {
                        throw new IOException("CONNACK " + (in[start + 1] & 0xFF));
                    }
                    windowMax = Math.min(window, packets.receiveMaximum(in, start, stop));
                }
                default -> throw new IOException("a packet of type " + (header >> 4));
            }
        }

        private void acknowledged(byte[] in, int start, int stop) throws IOException {
            if (Packets.u16(in, start) != packetId(answered)) {
                throw new IOException("an acknowledgement out of order");
            }
            if (readNanos == 0) {
                readNanos = System.nanoTime();
            }
            long micros = (readNanos - sentNanos[(int) (answered % window)]) / 1000;
            answerMicros.recordValue(Math.min(micros, MICROS_MAX));
            answered++;
            inFlight--;
            if (stop - start > 2 && in[start + 2] < 0) {
                refused++;
            } else {
                acknowledged++;
            }
        }

        @Override
        public void readIsOver(Wire to) {
            readNanos = 0;
            if (!mayPublish || inFlight >= windowMax) {
                return;
            }
            long now = System.nanoTime();
            while (inFlight < windowMax && to.hasRoom(frames.bytes())) {
                sentNanos[(int) (sent % window)] = now;
                to.send(frames.next(packetId(sent)));
                sent++;
                inFlight++;
            }
        }

        private static int packetId(long number) {
            return (int) (number % 65_535) + 1;
        }
    }
}
