package io.riacho.field;

import io.grpc.ManagedChannel;
import io.riacho.client.ClientTls;
import io.riacho.client.Target;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The reports' autonomous clients: sensors that measure in a loop with a pause, and send what they
/// measure. What could not be delivered is kept and sent with the next; at most [#KEPT_MAX] readings,
/// then the oldest are given up. Used by one thread.
public final class Simulator implements AutoCloseable {

    static final int KEPT_MAX = 10_000;

    /// The door by which readings are sent.
    public enum Protocol {
        TCP,
        HTTP,
        GRPC,
        MQTT
    }

    /// The quantity that is measured.
    public enum Metric {
        TEMPERATURE("°C", 24, 6),
        HUMIDITY("%", 55, 20);

        private final String unit;
        private final double mean;
        private final double swing;

        Metric(String unit, double mean, double swing) {
            this.unit = unit;
            this.mean = mean;
            this.swing = swing;
        }

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private final Metric metric;
    private final SplittableRandom random;
    private final double[] wandering;
    private final @Nullable ManagedChannel channel;
    private final Door door;
    private final List<Emission> kept = new ArrayList<>();

    /// Sensors called `temperature-1`, `temperature-2` and so on, or humidity.
    ///
    /// @param sensors how many, at least 1
    /// @param to the door's address
    /// @param tls null: plain text
    /// @param topicRoot for MQTT
    /// @throws IOException when the files of `tls` cannot be used
    public Simulator(
            Protocol protocol,
            Metric metric,
            int sensors,
            InetSocketAddress to,
            @Nullable ClientTls tls,
            String topicRoot,
            long seed)
            throws IOException {
        this.metric = metric;
        this.random = new SplittableRandom(seed);
        this.wandering = new double[sensors];
        this.channel =
                protocol == Protocol.GRPC
                        ? new Target(to.getHostString(), to.getPort()).builder(tls).build()
                        : null;
        this.door =
                switch (protocol) {
                    case TCP -> new TcpClient(to, tls == null ? null : tls.jdk());
                    case HTTP -> new HttpPoster(to, tls == null ? null : tls.jdk());
                    case GRPC -> new GrpcWriter(Objects.requireNonNull(channel));
                    case MQTT ->
                            new MqttGateway(
                                    tls == null
                                            ? MqttAccess.plain(to, topicRoot)
                                            : MqttAccess.with(to, tls, topicRoot));
                };
    }

    /// Measures and sends, again and again.
    ///
    /// @param rounds how often; 0: until interrupted
    /// @param told is told what came of each round, in words
    /// @return readings with a receipt
    public long run(Duration period, long rounds, Consumer<String> told)
            throws InterruptedException {
        long stored = 0;
        long next = System.nanoTime();
        for (long round = 1; rounds == 0 || round <= rounds; round++) {
            kept.addAll(measure(System.currentTimeMillis()));
            while (kept.size() > KEPT_MAX) {
                kept.removeFirst();
            }
            try {
                Door.Receipts receipts = door.deliver(List.copyOf(kept));
                stored += receipts.stored();
                told.accept(text(receipts));
                kept.clear();
            } catch (IOException e) {
                told.accept(kept.size() + " waiting: " + e.getMessage());
            }
            next += period.toNanos();
            long pause = rounds == 0 || round < rounds ? next - System.nanoTime() : 0;
            while (pause > 0) {
                LockSupport.parkNanos(pause);
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                pause = next - System.nanoTime();
            }
        }
        return stored;
    }

    private String text(Door.Receipts receipts) {
        Emission last = kept.getLast();
        String example =
                last instanceof Emission.Measured measured
                        ? measured.sensor() + " " + measured.value() + " " + measured.unit()
                        : last.sensor();
        return kept.size() == 1
                ? example + (receipts.stored() == 1 ? ": stored" : ": refused")
                : receipts.stored() + " stored, " + receipts.refused() + " refused; " + example;
    }

    /// One reading of each sensor.
    List<Emission> measure(long nowMillis) {
        double day = nowMillis / (double) TimeUnit.DAYS.toMillis(1);
        List<Emission> readings = new ArrayList<>(wandering.length);
        for (int i = 0; i < wandering.length; i++) {
            wandering[i] += random.nextGaussian(0, 0.2) - 0.05 * wandering[i];
            double value =
                    metric.mean
                            + metric.swing * Math.sin(2 * Math.PI * day)
                            + wandering[i]
                            + random.nextGaussian(0, 0.1);
            readings.add(
                    new Emission.Measured(
                            metric.text() + "-" + (i + 1),
                            metric.text(),
                            Math.rint(value * 100) / 100,
                            nowMillis * 1000,
                            metric.unit,
                            Emission.Delivery.ON_TIME));
        }
        return readings;
    }

    @Override
    public void close() {
        door.close();
        if (channel != null) {
            channel.shutdownNow();
        }
    }
}
