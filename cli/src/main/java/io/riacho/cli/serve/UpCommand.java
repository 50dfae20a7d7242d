package io.riacho.cli.serve;

import io.riacho.cli.common.ConfigFlags;
import io.riacho.cli.common.Exit;
import io.riacho.config.LoadedConfig;
import io.riacho.server.ServerConfig;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// Runs the whole server until it is told to stop.
@Command(
        name = "up",
        description = "The server: every door, and storage in one directory.",
        footer = {
            "",
            "Prints one line, 'ready' with its addresses, once readings can be made durable.",
            "SIGTERM or Ctrl-C: it answers what is on its way and ends.",
        })
public final class UpCommand implements Callable<Integer> {

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private ConfigFlags flags;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        LoadedConfig<ServerConfig> loaded = flags.load();
        try (RunningServer server = RunningServer.start(loaded, spec.commandLine().getErr())) {
            spec.commandLine().getOut().println(server.readyLine());
            return server.awaitStopped() ? Exit.DONE : Exit.FAILED;
        }
    }
}
