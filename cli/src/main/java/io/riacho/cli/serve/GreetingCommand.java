package io.riacho.cli.serve;

import io.grpc.BindableService;
import io.riacho.doors.grpc.GreetingService;
import io.riacho.net.EventLoops;
import io.riacho.server.ServerConfig;
import picocli.CommandLine.Command;

/// The greeting service (Saudacao) alone.
@Command(
        name = "greeting",
        description = "The greeting service (Saudacao) alone. Port: grpc.sensor-port.")
public final class GreetingCommand extends ServiceCommand {

    @Override
    BindableService service(ServerConfig config, EventLoops loops) {
        return new GreetingService();
    }

    @Override
    int port(ServerConfig config) {
        return config.grpc().sensorPort();
    }
}
