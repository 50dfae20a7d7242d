package io.riacho.cli.demo;

import io.riacho.cli.common.CommandFailedException;
import io.riacho.cli.common.ConfigFlags;
import io.riacho.cli.common.Exit;
import io.riacho.cli.common.TlsFlags;
import io.riacho.cli.serve.RunningServer;
import io.riacho.client.ClientTls;
import io.riacho.config.LoadedConfig;
import io.riacho.field.FieldRun;
import io.riacho.identity.tls.TlsSection;
import io.riacho.server.ServerConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// A server and a living field, in one process.
@Command(
        name = "demo",
        description = {
            "A living field: a server, 24 sensors that reach it over sockets, and valves that its"
                    + " rule opens and closes.",
        },
        footer = {
            "",
            "Its data are in demo-data; it goes on where it was when started again.",
            "Ports that are taken: ./riacho demo --http.port=0 (0 is any free one).",
        })
public final class DemoCommand implements Callable<Integer> {

    private static final int PLOTS = 24;
    private static final long REPORT_SECONDS = 5;
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss");

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private ConfigFlags flags;

    @Option(
            names = "--for",
            paramLabel = "DURATION",
            description = "How long, such as 60s or 5m; otherwise until Ctrl-C.")
    private @Nullable Duration howLong;

    @Option(names = "--seed", paramLabel = "N", description = "Another field.")
    private long seed = 42;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private TlsFlags tls;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        PrintWriter out = spec.commandLine().getOut();
        LoadedConfig<ServerConfig> loaded = flags.loadOver("demo.yaml", builtIn());
        try (RunningServer server = RunningServer.start(loaded, spec.commandLine().getErr())) {
            out.println(server.readyLine());
            out.println();
            out.println("  the page     " + server.url() + "/");
            DemoGateways identities = new DemoGateways(loaded.config());
            FieldRun.Gateways gateways = reached(identities, server);
            out.println("  sensors      TCP, HTTP, gRPC and MQTT, a quarter of the field by each");
            out.println(
                    "  actuators    obey over gRPC and, every other one, over MQTT by a gateway");
            if (gateways != null && gateways.sensors().tls() != null) {
                out.println(
                        "  gateways     "
                                + DemoGateways.SENSORS
                                + " and "
                                + DemoGateways.VALVES
                                + ", by certificates in "
                                + identities.folder());
            }
            out.println(
                    "  the rule     irrigate above 28 °C over 30 s, until below 26 °C; a day takes"
                            + " 8 minutes here");
            out.println(
                    "  query it     ./riacho query --server "
                            + server.url()
                            + " \"SELECT * FROM series\"");
            out.println();
            return run(server, gateways, loaded, out);
        }
    }

    private static FieldRun.@Nullable Gateways reached(
            DemoGateways identities, RunningServer server) {
        try {
            return identities.reach(server);
        } catch (IOException e) {
            throw new CommandFailedException(
                    Exit.FAILED, "the demo's gateways have no identities: " + e.getMessage());
        }
    }

    private int run(
            RunningServer server,
            FieldRun.@Nullable Gateways gateways,
            LoadedConfig<ServerConfig> loaded,
            PrintWriter out)
            throws IOException, InterruptedException {
        FieldRun.Doors doors =
                new FieldRun.Doors(
                        server.address("tcp"),
                        server.address("http"),
                        server.address("grpc"),
                        gateways,
                        tls(loaded.config().tls()));
        CountDownLatch stopped = new CountDownLatch(1);
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        server.awaitStopped();
                    } catch (InterruptedException _) {
                        Thread.currentThread().interrupt();
                    } finally {
                        stopped.countDown();
                    }
                });
        long began = System.nanoTime();
        FieldRun.Progress last;
        try (FieldRun field =
                new FieldRun(
                        seed,
                        PLOTS,
                        doors,
                        loaded.config().data().resolve("demo-valves"),
                        what -> out.println(clock() + "  " + what))) {
            field.start();
            long next;
            while ((next = untilNextReport(began)) > 0
                    && !stopped.await(next, TimeUnit.NANOSECONDS)) {
                if (untilNextReport(began) <= 0) {
                    break;
                }
                FieldRun.Progress progress = field.progress();
                out.println(clock() + "  " + text(progress));
                progress.troubles().forEach(trouble -> out.println(clock() + "  " + trouble));
            }
            last = field.progress();
        }
        out.println(clock() + "  the end: " + text(last));
        return last.stored() > 0 ? Exit.DONE : Exit.FAILED;
    }

    /// How the field's clients reach a server with TLS: without `--ca` they take its own certificate
    /// for its authority.
    private @Nullable ClientTls tls(TlsSection server) {
        if (!server.enabled()) {
            return null;
        }
        ClientTls given = tls.tls();
        if (server.clientCa() != null && (given == null || given.certificate() == null)) {
            throw new CommandFailedException(
                    Exit.USAGE,
                    "tls.client-ca asks the field's clients for a certificate as well: give them"
                            + " one by --cert and --key");
        }
        return given == null || given.authorities() == null
                ? new ClientTls(
                        server.certificate(),
                        given == null ? null : given.certificate(),
                        given == null ? null : given.key())
                : given;
    }

    /// Nanoseconds until the next report or the end, whichever is nearer; 0 or less: the end is there.
    private long untilNextReport(long began) {
        long report = TimeUnit.SECONDS.toNanos(REPORT_SECONDS);
        return howLong == null
                ? report
                : Math.min(report, howLong.toNanos() - (System.nanoTime() - began));
    }

    private static String text(FieldRun.Progress progress) {
        return ("%d sensors · %,d readings stored · %d valves open · %d commands carried out"
                        + " · %d late, %d doubled, %d broken and refused")
                .formatted(
                        progress.sensors(),
                        progress.stored(),
                        progress.open(),
                        progress.acknowledged(),
                        progress.late(),
                        progress.again(),
                        progress.refused());
    }

    private static String clock() {
        return LocalTime.now(ZoneId.systemDefault()).format(CLOCK);
    }

    private static String builtIn() throws IOException {
        try (InputStream in = DemoCommand.class.getResourceAsStream("demo.yaml")) {
            if (in == null) {
                throw new IllegalStateException("demo.yaml is not in the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
