package io.riacho.cli;

import io.riacho.server.config.ServerConfig;
import io.riacho.server.ingest.EventLoops;
import io.riacho.server.ingest.grpc.SensorService;
import io.riacho.server.ingest.grpc.SimulatedSensors;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// The reports' Sensor service alone; every sensor is simulated.
@Command(
        name = "sensor",
        description =
                "The reports' Sensor service alone; every sensor is simulated. Port: grpc.sensor-port.")
final class SensorCommand implements Callable<Integer> {

    private static final int SENSORS_MAX = 10_000;

    @Option(names = "--seed", paramLabel = "N", description = "Other readings.")
    private long seed = 42;

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private ConfigFlags flags;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        ServerConfig config = flags.load().config();
        try (EventLoops loops = EventLoops.start();
                ScheduledExecutorService timer =
                        Executors.newSingleThreadScheduledExecutor(
                                Thread.ofPlatform().name("simulation").daemon().factory())) {
            SimulatedSensors simulated =
                    new SimulatedSensors(seed, SENSORS_MAX, InstantSource.system(), timer);
            int exit =
                    StandaloneService.serve(
                            "sensor",
                            SensorService.standalone(simulated, timer),
                            config,
                            config.grpc().sensorPort(),
                            loops,
                            spec.commandLine().getOut());
            timer.shutdownNow();
            return exit;
        }
    }
}
