package io.riacho.benchmarks.mqtt;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/// From the publishing of a reading that turns a rule to the command in the device's MQTT client, while
/// 10,000 readings a second come in beside it. In between are the sync that makes the reading durable, the
/// fold, the rule, and the command's record in the journal.
///
/// Every load is paced by the clock and waits for nobody, so a server that falls behind shows.
public final class MqttCommandBenchmark {

    private static final double P99_GOAL_MILLIS = 10;

    private static final int READINGS_PER_SECOND = 10_000;
    private static final int GATEWAYS = 100;
    private static final int TURNS_PER_SECOND = 200;
    private static final int DEVICES = 100;
    private static final double WARM_UP_SECONDS = 5;

    private static final int OUT_BYTES_MAX = 64 * 1024;
    private static final int ANSWER_SECONDS_MAX = 30;
    private static final int KEEP_ALIVE_SECONDS = 60;
    private static final long MICROS_MAX = 60_000_000;

    private final Histogram micros = new Histogram(MICROS_MAX, 3);
    private final List<Device> devices = new ArrayList<>();
    private final List<Gateway> gateways = new ArrayList<>();
    private final List<Wire> toDevices = new ArrayList<>();
    private final List<Wire> toGateways = new ArrayList<>();
    private boolean measuring;
    private int ready;
    private long unanswered;

    private MqttCommandBenchmark() {}

    /// Prints percentiles.
    ///
    /// @param arguments `[seconds]`, 20 unless given
    public static void main(String[] arguments) throws Exception {
        double seconds = arguments.length > 0 ? Double.parseDouble(arguments[0]) : 20;
        try (Peer riacho = Peer.riacho();
                WireLoop loop = new WireLoop()) {
            new MqttCommandBenchmark().run(riacho.address(), loop, seconds);
        }
    }

    private void run(InetSocketAddress address, WireLoop loop, double seconds) throws IOException {
        Packets packets = Packets.MQTT_5;
        long millis = System.currentTimeMillis() - TimeUnit.HOURS.toMillis(1);
        for (int i = 0; i < GATEWAYS; i++) {
            String name = "gw" + (1000 + i);
            Gateway gateway =
                    new Gateway(
                            new ReadingFrames(
                                    packets, 1, name, PublishLoad.SENSORS_PER_CONNECTION, millis));
            gateways.add(gateway);
            toGateways.add(
                    loop.open(
                            address,
                            packets.connect(name, KEEP_ALIVE_SECONDS),
                            gateway,
                            OUT_BYTES_MAX));
        }
        for (int i = 0; i < DEVICES; i++) {
            Device device = new Device(packets, "valve" + (1000 + i));
            devices.add(device);
            toDevices.add(
                    loop.open(
                            address,
                            packets.connect(device.name, KEEP_ALIVE_SECONDS),
                            device,
                            OUT_BYTES_MAX));
        }
        loop.runUntil(
                () -> ready == GATEWAYS + DEVICES,
                ANSWER_SECONDS_MAX,
                "CONNACK and SUBACK for all");
        long published = pace(loop, WARM_UP_SECONDS);
        measuring = true;
        published += pace(loop, seconds);
        measuring = false;
        long sent = published;
        loop.runUntil(
                () ->
                        gateways.stream().mapToLong(each -> each.acknowledged).sum() == sent
                                && devices.stream().allMatch(each -> each.turnedNanos == 0),
                ANSWER_SECONDS_MAX,
                "all PUBACKs and commands");
        report();
    }

    /// Publishes by the clock, the readings beside and those that turn the rule.
    ///
    /// @return the number of readings beside
    private long pace(WireLoop loop, double seconds) throws IOException {
        long began = System.nanoTime();
        double passed = 0;
        long readings = 0;
        long turns = 0;
        while (passed < seconds) {
            for (; readings < passed * READINGS_PER_SECOND; readings++) {
                int at = (int) (readings % GATEWAYS);
                gateways.get(at).publish(toGateways.get(at));
            }
            for (; turns < passed * TURNS_PER_SECOND; turns++) {
                int at = (int) (turns % DEVICES);
                devices.get(at).turn(toDevices.get(at));
            }
            loop.poll(1);
            passed = (System.nanoTime() - began) / 1e9;
        }
        return readings;
    }

    private void report() {
        double p99 = micros.getValueAtPercentile(99) / 1e3;
        System.out.printf(
                Locale.ROOT,
                "reading published -> command received, at %,d readings/s: p50 %.2f ms, p99 %.2f ms"
                        + " (goal %.0f: %s), p99.9 %.2f ms, most %.2f ms; %,d commands, %,d of them"
                        + " not there before the next%n",
                READINGS_PER_SECOND + TURNS_PER_SECOND,
                micros.getValueAtPercentile(50) / 1e3,
                p99,
                P99_GOAL_MILLIS,
                p99 <= P99_GOAL_MILLIS ? "met" : "missed",
                micros.getValueAtPercentile(99.9) / 1e3,
                micros.getMaxValue() / 1e3,
                micros.getTotalCount(),
                unanswered);
    }

    private static void expect(boolean that, String otherwise) throws IOException {
        if (!that) {
            throw new IOException(otherwise);
        }
    }

    /// A client whose readings turn nothing.
    private final class Gateway implements Wire.Client {

        private final ReadingFrames frames;
        private long published;
        private long acknowledged;

        Gateway(ReadingFrames frames) {
            this.frames = frames;
        }

        void publish(Wire to) throws IOException {
            expect(to.hasRoom(frames.bytes()), "the server does not keep up with the readings");
            to.send(frames.next((int) (published++ % 65_535) + 1));
            to.flush();
        }

        @Override
        public void packet(Wire wire, int header, byte[] in, int start, int end)
                throws IOException {
            if (header == Packets.CONNACK) {
                expect(in[start + 1] == 0, "CONNECT was refused");
                ready++;
            } else {
                expect(header == Packets.PUBACK, "a packet of type " + (header >> 4));
                acknowledged++;
            }
        }
    }

    /// A sensor and the device of the same name. Its readings are such that the running average is 0 and
    /// above 25 in turn, which turns the default rule each time.
    private final class Device implements Wire.Client {

        private static final int AVERAGE_MAX = 25;

        private final Packets packets;
        private final String name;
        private long readings;
        private long turnedNanos;

        Device(Packets packets, String name) {
            this.packets = packets;
            this.name = name;
        }

        /// The reading 2k-1 is 50k and the next -50k: the average of 2k-1 is 50k / (2k-1) > 25.
        void turn(Wire to) throws IOException {
            if (turnedNanos != 0) {
                // The command has to come; its time is taken when it does.
                unanswered += measuring ? 1 : 0;
                return;
            }
            boolean on = readings % 2 == 0;
            long size = 2 * AVERAGE_MAX * (readings / 2 + 1);
            readings++;
            String payload =
                    "{\"value\":"
                            + (on ? size : -size)
                            + ",\"timestamp\":"
                            + System.currentTimeMillis()
                            + "}";
            turnedNanos = System.nanoTime();
            to.send(
                    packets.publish(
                            "irrigation/sensors/" + name + "/data",
                            1,
                            (int) (readings % 65_535) + 1,
                            payload.getBytes(StandardCharsets.US_ASCII)));
            to.flush();
        }

        @Override
        public void packet(Wire wire, int header, byte[] in, int start, int end)
                throws IOException {
            switch (header & 0xF0) {
                case Packets.CONNACK ->
                        wire.send(
                                packets.subscribe(1, "irrigation/control/" + name + "/command", 1));
                case Packets.SUBACK -> ready++;
                case Packets.PUBACK -> {}
                case Packets.PUBLISH -> {
                    int packetIdAt = start + 2 + Packets.u16(in, start);
                    wire.send(Packets.acknowledgement(Packets.PUBACK, Packets.u16(in, packetIdAt)));
                    received(new String(in, packetIdAt, end - packetIdAt, StandardCharsets.UTF_8));
                }
                default -> throw new IOException("a packet of type " + (header >> 4));
            }
        }

        private void received(String command) throws IOException {
            boolean on = readings % 2 == 1;
            expect(
                    turnedNanos != 0 && command.contains("\"turn_on\":" + on),
                    "a command that was not expected: " + command);
            if (measuring) {
                micros.recordValue(Math.min((System.nanoTime() - turnedNanos) / 1000, MICROS_MAX));
            }
            turnedNanos = 0;
        }
    }
}
