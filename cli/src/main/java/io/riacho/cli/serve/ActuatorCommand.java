package io.riacho.cli.serve;

import io.grpc.BindableService;
import io.riacho.doors.grpc.ActuatorService;
import io.riacho.net.EventLoops;
import io.riacho.server.ServerConfig;
import picocli.CommandLine.Command;

/// The reports' Actuator service alone.
@Command(
        name = "actuator",
        description = "The reports' Actuator service alone. Port: grpc.actuator-port.")
public final class ActuatorCommand extends ServiceCommand {

    @Override
    BindableService service(ServerConfig config, EventLoops loops) {
        return new ActuatorService(config.actuator().threshold());
    }

    @Override
    int port(ServerConfig config) {
        return config.grpc().actuatorPort();
    }
}
