package io.riacho.benchmarks.mqtt;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/// Publishers and subscribers of a plain broker: every message goes to every subscriber. As fast as the
/// messages arrive: so many are on their way, published but not yet with all subscribers, that nobody's
/// queue runs over.
///
/// @param qos of publications and subscriptions, 0 or 1
/// @param underway messages on their way
record FanoutLoad(
        InetSocketAddress address, int qos, int publishers, int subscribers, int underway) {

    private static final Packets PACKETS = Packets.MQTT_3_1_1;
    private static final int ANSWER_SECONDS_MAX = 30;
    private static final int KEEP_ALIVE_SECONDS = 60;

    /// PUBACKs for what one read may bring.
    private static final int PUBACK_BYTES_MAX = 32 * 1024;

    /// As long as a reading.
    private static final byte[] PAYLOAD = new byte[ReadingFrames.payloadBytes()];

    /// @return messages delivered per second
    /// @throws IOException when a connection fails, or not every message arrives
    double run(double seconds) throws IOException {
        try (WireLoop loop = new WireLoop()) {
            return new Run(loop).run(seconds);
        }
    }

    private final class Run implements Wire.Client {

        private final WireLoop loop;
        private final List<Wire> toPublishers = new ArrayList<>();
        private final byte[][] frames = new byte[publishers][];
        private int ready;
        private int subscribed;
        private long published;
        private long delivered;

        Run(WireLoop loop) {
            this.loop = loop;
        }

        double run(double seconds) throws IOException {
            open();
            long began = System.nanoTime();
            long end = began + (long) (seconds * TimeUnit.SECONDS.toNanos(1));
            while (System.nanoTime() < end) {
                publish();
                loop.poll(10);
            }
            long all = published * subscribers;
            loop.runUntil(() -> delivered == all, ANSWER_SECONDS_MAX, "every message everywhere");
            return delivered / ((System.nanoTime() - began) / 1e9);
        }

        private void open() throws IOException {
            for (int i = 0; i < publishers; i++) {
                String name = String.format(Locale.ROOT, "from%d", i);
                frames[i] = PACKETS.publish("bench/" + name + "/out", qos, 0, PAYLOAD);
                int room = underway * frames[i].length;
                toPublishers.add(
                        loop.open(address, PACKETS.connect(name, KEEP_ALIVE_SECONDS), this, room));
            }
            for (int i = 0; i < subscribers; i++) {
                String name = String.format(Locale.ROOT, "to%d", i);
                loop.open(
                        address,
                        PACKETS.connect(name, KEEP_ALIVE_SECONDS),
                        new Subscriber(),
                        PUBACK_BYTES_MAX);
            }
            loop.runUntil(
                    () -> ready == publishers && subscribed == subscribers,
                    ANSWER_SECONDS_MAX,
                    "CONNACK and SUBACK for all");
        }

        /// Each publisher in turn.
        private void publish() throws IOException {
            int first = (int) (published % publishers);
            int count = 0;
            while (published * subscribers - delivered < (long) underway * subscribers) {
                int at = (int) (published % publishers);
                if (!toPublishers.get(at).hasRoom(frames[at].length)) {
                    break;
                }
                byte[] frame = frames[at];
                if (qos > 0) {
                    int packetIdAt = frame.length - PAYLOAD.length - 2;
                    int packetId = (int) (published % 65_535) + 1;
                    frame[packetIdAt] = (byte) (packetId >> 8);
                    frame[packetIdAt + 1] = (byte) packetId;
                }
                toPublishers.get(at).send(frame);
                published++;
                count++;
            }
            for (int i = 0; i < Math.min(count, publishers); i++) {
                toPublishers.get((first + i) % publishers).flush();
            }
        }

        /// What publishers get.
        @Override
        public void packet(Wire wire, int header, byte[] in, int start, int end)
                throws IOException {
            switch (header) {
                case Packets.CONNACK -> ready++;
                case Packets.PUBACK -> {}
                default -> throw new IOException("a packet of type " + (header >> 4));
            }
        }

        private final class Subscriber implements Wire.Client {

            @Override
            public void packet(Wire wire, int header, byte[] in, int start, int end)
                    throws IOException {
                switch (header & 0xF0) {
                    case Packets.CONNACK -> wire.send(PACKETS.subscribe(1, "bench/+/out", qos));
                    case Packets.SUBACK -> subscribed++;
                    case Packets.PUBLISH -> {
                        delivered++;
                        if (qos > 0) {
                            int packetIdAt = start + 2 + Packets.u16(in, start);
                            wire.send(
                                    Packets.acknowledgement(
                                            Packets.PUBACK, Packets.u16(in, packetIdAt)));
                        }
                    }
                    default -> throw new IOException("a packet of type " + (header >> 4));
                }
            }
        }
    }
}
