package io.riacho.field;

import io.grpc.ManagedChannel;
import io.riacho.client.ClientTls;
import io.riacho.client.Target;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// A field that runs: once a second the model takes a step, and what its sensors say goes to a
/// server's doors over sockets, an equal part of the plots by each; actuators take the server's commands.
public final class FieldRun implements AutoCloseable {

    /// How often a sensor measures, in ms.
    static final long PERIOD_MILLIS = 1_000;

    /// The addresses of a server's doors.
    ///
    /// @param gateways by which a part of the readings comes and half of the valves take their commands;
    ///     null: no readings, and all valves take them by gRPC
    /// @param tls of the other doors; null: plain text
    public record Doors(
            InetSocketAddress tcp,
            InetSocketAddress http,
            InetSocketAddress grpc,
            @Nullable Gateways gateways,
            @Nullable ClientTls tls) {}

    /// Gateways that speak MQTT.
    ///
    /// @param sensors publishes readings
    /// @param valves takes commands
    public record Gateways(MqttAccess sensors, MqttAccess valves) {}

    /// Counts of what has happened so far.
    ///
    /// @param stored readings with a receipt, doubled ones included
    /// @param refused broken ones, refused with a reason
    /// @param late readings that came long after they were measured
    /// @param again readings that came twice
    /// @param givenUp readings lost at the sensors, while a door did not answer
    /// @param acknowledged commands that were carried out
    /// @param open valves open now
    /// @param troubles what does not work just now, one line each
    public record Progress(
            int sensors,
            long stored,
            long refused,
            long late,
            long again,
            long givenUp,
            long acknowledged,
            int open,
            List<String> troubles) {}

    private final Field field;
    private final Valves valves;
    private final ValveFile file;
    private final List<Sender> senders;
    private final Drives drives;
    private final Actuators actuators;
    private final @Nullable MqttActuators mqttActuators;
    private final ManagedChannel channel;
    private final ScheduledExecutorService timer;
    private final LongAdder late = new LongAdder();
    private final LongAdder again = new LongAdder();
    private long lastNanos;

    /// Prepares a field; [#start()] begins.
    ///
    /// @param valveFile where the valves' positions are kept between runs
    /// @param told is told of each valve that is turned, in words; called on several threads
    /// @throws IOException when a file of a certificate or key cannot be used
    public FieldRun(long seed, int plots, Doors doors, Path valveFile, Consumer<String> told)
            throws IOException {
        field = new Field(seed, plots);
        valves = new Valves(plots);
        file = new ValveFile(valveFile);
        file.restore(valves);
        timer =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().name("field").daemon().factory());
        ClientTls tls = doors.tls();
        SSLContext context = tls == null ? null : tls.jdk();
        channel =
                new Target(doors.grpc().getHostString(), doors.grpc().getPort())
                        .builder(tls)
                        .build();
        List<Sender> each = new ArrayList<>();
        each.add(new Sender(new TcpClient(doors.tcp(), context)));
        each.add(new Sender(new HttpPoster(doors.http(), context)));
        each.add(new Sender(new GrpcWriter(channel)));
        Gateways gateways = doors.gateways();
        if (gateways != null) {
            each.add(new Sender(new MqttGateway(gateways.sensors())));
        }
        senders = List.copyOf(each);
        drives =
                new Drives(
                        valves,
                        turned -> {
                            file.keep(valves);
                            told.accept(text(turned));
                        });
        List<Integer> byMqtt = new ArrayList<>();
        List<Integer> byGrpc = new ArrayList<>();
        for (int plot = 0; plot < plots; plot++) {
            (gateways != null && plot % 2 == 1 ? byMqtt : byGrpc).add(plot);
        }
        actuators = new Actuators(channel, drives, byGrpc, timer);
        mqttActuators =
                gateways == null || byMqtt.isEmpty()
                        ? null
                        : new MqttActuators(gateways.valves(), drives, byMqtt);
    }

    private static String text(Drives.Turned turned) {
        return "%s: %s (%s)"
                .formatted(
                        Field.sensor(turned.plot()),
                        turned.on() ? "irrigation on " : "irrigation off",
                        Double.isNaN(turned.average())
                                ? "by hand"
                                : "average %.1f, rule %s"
                                        .formatted(turned.average(), turned.rule()));
    }

    /// Begins.
    public void start() {
        senders.forEach(Sender::start);
        actuators.start();
        if (mqttActuators != null) {
            mqttActuators.start();
        }
        lastNanos = System.nanoTime();
        var _ =
                timer.scheduleAtFixedRate(
                        this::step, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void step() {
        long nowNanos = System.nanoTime();
        double seconds = Math.clamp((nowNanos - lastNanos) / 1e9, 0.001, 10);
        lastNanos = nowNanos;
        List<Emission> arriving = field.step(System.currentTimeMillis() * 1000, seconds, valves);
        List<List<Emission>> byDoor = new ArrayList<>();
        senders.forEach(_ -> byDoor.add(new ArrayList<>()));
        for (Emission emission : arriving) {
            if (emission instanceof Emission.Measured measured) {
                switch (measured.delivery()) {
                    case LATE -> late.increment();
                    case AGAIN -> again.increment();
                    case ON_TIME -> {}
                }
            }
            byDoor.get(Math.floorMod(emission.sensor().hashCode(), byDoor.size())).add(emission);
        }
        for (int i = 0; i < byDoor.size(); i++) {
            if (!byDoor.get(i).isEmpty()) {
                senders.get(i).send(byDoor.get(i));
            }
        }
    }

    /// What has happened so far.
    public Progress progress() {
        return new Progress(
                field.plots(),
                senders.stream().mapToLong(Sender::stored).sum(),
                senders.stream().mapToLong(Sender::refused).sum(),
                late.sum(),
                again.sum(),
                senders.stream().mapToLong(Sender::givenUp).sum(),
                drives.acknowledged(),
                valves.countOpen(),
                senders.stream().map(Sender::trouble).filter(Objects::nonNull).toList());
    }

    /// Stops measuring, delivers what was measured, and hangs up.
    @Override
    public void close() {
        timer.shutdownNow();
        senders.forEach(Sender::close);
        actuators.close();
        if (mqttActuators != null) {
            mqttActuators.close();
        }
        channel.shutdownNow();
        file.keep(valves);
    }
}
