package io.riacho.cli.serve;

import io.grpc.BindableService;
import io.riacho.doors.grpc.SensorService;
import io.riacho.doors.grpc.SimulatedSensors;
import io.riacho.net.EventLoops;
import io.riacho.server.ServerConfig;
import java.time.InstantSource;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The reports' Sensor service alone; every sensor is simulated.
@Command(
        name = "sensor",
        description =
                "The reports' Sensor service alone; every sensor is simulated. Port: grpc.sensor-port.")
public final class SensorCommand extends ServiceCommand {

    private static final int SENSORS_MAX = 10_000;

    @Option(names = "--seed", paramLabel = "N", description = "Other readings.")
    private long seed = 42;

    @Override
    BindableService service(ServerConfig config, EventLoops loops) {
        // A daemon's: it ends with the process, which serves nothing else.
        ScheduledExecutorService timer =
                Executors.newSingleThreadScheduledExecutor(
                        Thread.ofPlatform().name("simulation").daemon().factory());
        return SensorService.standalone(
                new SimulatedSensors(seed, SENSORS_MAX, InstantSource.system(), timer), timer);
    }

    @Override
    int port(ServerConfig config) {
        return config.grpc().sensorPort();
    }
}
