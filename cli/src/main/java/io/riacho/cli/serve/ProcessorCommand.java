package io.riacho.cli.serve;

import io.grpc.BindableService;
import io.riacho.doors.grpc.ProcessorService;
import io.riacho.net.EventLoops;
import io.riacho.server.ServerConfig;
import picocli.CommandLine.Command;

/// The reports' Processor service alone.
@Command(
        name = "processor",
        description = "The reports' Processor service alone. Port: grpc.processor-port.")
public final class ProcessorCommand extends ServiceCommand {

    @Override
    BindableService service(ServerConfig config, EventLoops loops) {
        return new ProcessorService(config.grpc().sensorsPerCallMax());
    }

    @Override
    int port(ServerConfig config) {
        return config.grpc().processorPort();
    }
}
