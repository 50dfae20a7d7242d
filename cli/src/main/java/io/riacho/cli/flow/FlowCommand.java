package io.riacho.cli.flow;

import io.riacho.cli.common.CommandFailedException;
import io.riacho.cli.common.Exit;
import io.riacho.cli.common.TlsFlags;
import io.riacho.client.Target;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Runs the report's test flow.
@Command(
        name = "flow",
        description = "Readings of a sensor through the processor and the actuator, into files.",
        footer = {
            "",
            "Writes reads.json, processed.json and actuator_out.json as grpcurl prints them, so that"
                    + " each can be piped into the next service.",
        })
public final class FlowCommand implements Runnable {

    @Option(
            names = "--sensor",
            paramLabel = "HOST:PORT",
            defaultValue = "localhost:50051",
            description = "The Sensor service; ${DEFAULT-VALUE} unless given.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String sensor;

    @Option(
            names = "--processor",
            paramLabel = "HOST:PORT",
            defaultValue = "localhost:50052",
            description = "The Processor service; ${DEFAULT-VALUE} unless given.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String processor;

    @Option(
            names = "--actuator",
            paramLabel = "HOST:PORT",
            defaultValue = "localhost:50053",
            description = "The Actuator service; ${DEFAULT-VALUE} unless given.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String actuator;

    @Option(
            names = "--sensor-id",
            paramLabel = "ID",
            defaultValue = Flow.SENSOR_ID,
            description = "The sensor to read; ${DEFAULT-VALUE} unless given.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String sensorId;

    @Option(
            names = "--readings",
            paramLabel = "N",
            defaultValue = "5",
            description = "How many readings; ${DEFAULT-VALUE} unless given.")
    private int readings;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = ".",
            description = "Where the files go; here unless given.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private Path out;

    @Option(
            names = "--for",
            paramLabel = "D",
            description = {
                "Run the flow over and over for so long, such as 1m, also when it fails. A line for",
                "each: when it began and ended, in epoch ms, and ok or what went wrong.",
            })
    private @Nullable Duration length;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private TlsFlags tls;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public void run() {
        Flow flow;
        try {
            flow =
                    new Flow(
                            Target.parse(sensor),
                            Target.parse(processor),
                            Target.parse(actuator),
                            sensorId,
                            readings,
                            out,
                            tls.tls(),
                            Flow.PATIENCE);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        PrintWriter to = spec.commandLine().getOut();
        try {
            if (length != null) {
                repeat(flow, length, to);
                return;
            }
            Flow.Result result = flow.run();
            result.files().forEach(to::println);
            to.printf(
                    "%d readings; the actuator was turned on for %d of them%n",
                    result.commands(), result.turnedOn());
        } catch (IOException e) {
            throw new CommandFailedException(Exit.FAILED, String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailedException(Exit.FAILED, "interrupted");
        }
    }

    /// Shows how each round went; fails when none went well.
    private static void repeat(Flow flow, Duration length, PrintWriter to)
            throws InterruptedException {
        long beganNanos = System.nanoTime();
        AtomicBoolean worked = new AtomicBoolean();
        new RepeatedFlow(flow, InstantSource.system())
                .run(round -> {
                    String failure = round.failure();
                    worked.compareAndSet(false, failure == null);
                    to.printf(
                            "%d\t%d\t%s%n",
                            round.beganMillis(),
                            round.endedMillis(),
                            failure == null ? "ok" : failure);
                    to.flush();
                    return System.nanoTime() - beganNanos < length.toNanos();
                });
        if (!worked.get()) {
            throw new CommandFailedException(Exit.FAILED, "the flow never worked");
        }
    }
}
