package io.riacho.cli.demo;

import io.riacho.cli.common.Exit;
import io.riacho.cli.serve.RunningServer;
import io.riacho.config.ConfigSources;
import io.riacho.config.LoadedConfig;
import io.riacho.field.FieldRun;
import io.riacho.server.ServerConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// Starts a server on free ports in a temporary directory, uses each door, and stops it. The launcher
/// runs this once, to make the start-up cache from what was loaded.
@Command(name = "rehearse", hidden = true, description = "Starts, uses and stops a server.")
public final class RehearseCommand implements Callable<Integer> {

    private static final int PLOTS = 4;
    private static final long STORED_MIN = 2L * PLOTS;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(15);
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        Path data = Files.createTempDirectory("riacho-rehearsal");
        try {
            ConfigSources<ServerConfig> sources =
                    ServerConfig.sources()
                            .text("rehearsal", "tls: {certificate: none}\n")
                            .flag("data", data.toString())
                            .anyPorts()
                            .flag("retention.free-disk-bytes-min", "0");
            LoadedConfig<ServerConfig> loaded = sources.load();
            long stored = 0;
            try (RunningServer server = RunningServer.start(loaded, spec.commandLine().getErr())) {
                out.println(server.readyLine());
                FieldRun.Doors doors =
                        new FieldRun.Doors(
                                server.address("tcp"),
                                server.address("http"),
                                server.address("grpc"),
                                new DemoGateways(loaded.config()).reach(server),
                                null);
                try (FieldRun field =
                        new FieldRun(1, PLOTS, doors, data.resolve("valves"), out::println)) {
                    field.start();
                    long began = System.nanoTime();
                    while (stored < STORED_MIN && System.nanoTime() - began < PATIENCE_NANOS) {
                        LockSupport.parkNanos(LOOK_NANOS);
                        stored = field.progress().stored();
                    }
                }
            }
            return stored >= STORED_MIN ? Exit.DONE : Exit.FAILED;
        } finally {
            delete(data);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
