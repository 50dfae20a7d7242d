package io.riacho.cli.demo;

import io.riacho.cli.common.CommandFailedException;
import io.riacho.cli.common.Exit;
import io.riacho.cli.common.TlsFlags;
import io.riacho.client.ClientTls;
import io.riacho.client.Target;
import io.riacho.field.Simulator;
import io.riacho.identity.Credentials;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Runs simulated sensors, the reports' clients, against a server.
@Command(
        name = "simulate",
        description = "Sensors that measure and send in a loop, against a running server.",
        footer = {
            "",
            "While the server does not answer, readings are kept and sent later.",
            "With --count it ends with 1 when anything was not stored.",
        })
public final class SimulateCommand implements Callable<Integer> {

    private static final int SENSORS_MAX = 10_000;

    @Option(
            names = "--protocol",
            defaultValue = "tcp",
            description = "${COMPLETION-CANDIDATES}; ${DEFAULT-VALUE} unless given.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Simulator.Protocol protocol;

    @Option(
            names = "--metric",
            defaultValue = "temperature",
            description = "${COMPLETION-CANDIDATES}; ${DEFAULT-VALUE} unless given.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Simulator.Metric metric;

    @Option(
            names = "--period",
            defaultValue = "2s",
            description = "The pause between two readings; ${DEFAULT-VALUE} unless given.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Duration period;

    @Option(
            names = "--sensors",
            paramLabel = "N",
            description = "How many sensors; 1 unless given.")
    private int sensors = 1;

    @Option(
            names = "--to",
            paramLabel = "HOST:PORT",
            description = "The door; on this machine, at its usual port, unless given.")
    private @Nullable String to;

    @Option(
            names = "--count",
            paramLabel = "N",
            description = "Readings of each sensor; endless unless given.")
    private long count;

    @Option(
            names = "--identity",
            paramLabel = "DIR",
            description =
                    "For mqtt: TLS, with a folder of 'riacho devices add'. It names the client, too;"
                            + " with --cert the certificate does.")
    private @Nullable Path identity;

    @Option(
            names = "--topic-root",
            paramLabel = "ROOT",
            description = "For mqtt: the server's mqtt.topic-root; irrigation unless given.")
    private String topicRoot = "irrigation";

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private TlsFlags tls;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        if (sensors < 1 || sensors > SENSORS_MAX) {
            throw new ParameterException(spec.commandLine(), "--sensors takes 1 to " + SENSORS_MAX);
        }
        if (count < 0) {
            throw new ParameterException(spec.commandLine(), "--count takes 0 or more");
        }
        PrintWriter out = spec.commandLine().getOut();
        ClientTls with = tls();
        try (Simulator simulator =
                new Simulator(
                        protocol,
                        metric,
                        sensors,
                        address(with != null),
                        with,
                        topicRoot,
                        System.nanoTime())) {
            long stored = simulator.run(period, count, out::println);
            return stored == count * sensors ? Exit.DONE : Exit.FAILED;
        } catch (IOException e) {
            throw new CommandFailedException(Exit.USAGE, String.valueOf(e.getMessage()));
        }
    }

    private @Nullable ClientTls tls() {
        ClientTls flags = tls.tls();
        if (identity == null) {
            return flags;
        }
        if (protocol != Simulator.Protocol.MQTT) {
            throw new ParameterException(
                    spec.commandLine(), "--identity is a device's, for --protocol mqtt");
        }
        if (flags != null) {
            throw new ParameterException(
                    spec.commandLine(), "--identity stands for --tls, --ca, --cert and --key");
        }
        Credentials device = new Credentials(identity);
        return new ClientTls(device.rootCa(), device.certificate(), device.privateKey());
    }

    private InetSocketAddress address(boolean encrypted) {
        if (to == null) {
            int port =
                    switch (protocol) {
                        case TCP -> 5000;
                        case HTTP -> 8080;
                        case GRPC -> 50051;
                        case MQTT -> encrypted ? 8883 : 1883;
                    };
            return InetSocketAddress.createUnresolved("127.0.0.1", port);
        }
        try {
            Target target = Target.parse(to);
            return InetSocketAddress.createUnresolved(target.host(), target.port());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }
}
