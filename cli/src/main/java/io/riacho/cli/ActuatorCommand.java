package io.riacho.cli;

import io.riacho.server.config.ServerConfig;
import io.riacho.server.ingest.EventLoops;
import io.riacho.server.ingest.grpc.ActuatorService;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// The reports' Actuator service alone.
@Command(
        name = "actuator",
        description = "The reports' Actuator service alone. Port: grpc.actuator-port.")
final class ActuatorCommand implements Callable<Integer> {

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private ConfigFlags flags;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        ServerConfig config = flags.load().config();
        try (EventLoops loops = EventLoops.start()) {
            return StandaloneService.serve(
                    "actuator",
                    new ActuatorService(config.actuator().threshold()),
                    config,
                    config.grpc().actuatorPort(),
                    loops,
                    spec.commandLine().getOut());
        }
    }
}
