package io.riacho.cli;

import io.riacho.server.config.ServerConfig;
import io.riacho.server.ingest.EventLoops;
import io.riacho.server.ingest.grpc.GreetingService;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// The greeting service (Saudacao) alone.
@Command(
        name = "greeting",
        description = "The greeting service (Saudacao) alone. Port: grpc.sensor-port.")
final class GreetingCommand implements Callable<Integer> {

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
                    "greeting",
                    new GreetingService(),
                    config,
                    config.grpc().sensorPort(),
                    loops,
                    spec.commandLine().getOut());
        }
    }
}
