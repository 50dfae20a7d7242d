package io.riacho.cli;

import io.riacho.server.config.ServerConfig;
import io.riacho.server.ingest.EventLoops;
import io.riacho.server.ingest.grpc.ProcessorService;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// The reports' Processor service alone.
@Command(
        name = "processor",
        description = "The reports' Processor service alone. Port: grpc.processor-port.")
final class ProcessorCommand implements Callable<Integer> {

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
                    "processor",
                    new ProcessorService(config.grpc().sensorsPerCallMax()),
                    config,
                    config.grpc().processorPort(),
                    loops,
                    spec.commandLine().getOut());
        }
    }
}
