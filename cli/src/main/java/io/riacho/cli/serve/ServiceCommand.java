package io.riacho.cli.serve;

import io.grpc.BindableService;
import io.netty.handler.ssl.SslContext;
import io.riacho.cli.common.CommandFailedException;
import io.riacho.cli.common.ConfigFlags;
import io.riacho.cli.common.Exit;
import io.riacho.doors.grpc.GrpcDoor;
import io.riacho.identity.tls.TlsContexts;
import io.riacho.identity.tls.TlsOptions;
import io.riacho.net.EventLoops;
import io.riacho.server.ServerConfig;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// One of the reports' services, alone in its process: it stores nothing and needs no data directory.
abstract class ServiceCommand implements Callable<Integer> {

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private ConfigFlags flags;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    /// The service.
    abstract BindableService service(ServerConfig config, EventLoops loops);

    /// Where it listens; 0 picks a free port.
    abstract int port(ServerConfig config);

    /// Serves until the process is told to end.
    @Override
    public final Integer call() throws InterruptedException {
        ServerConfig config = flags.load().config();
        CountDownLatch stop = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        Thread hook =
                Thread.ofPlatform()
                        .name("drain")
                        .unstarted(() -> {
                            stop.countDown();
                            try {
                                stopped.await();
                            } catch (InterruptedException _) {
                                Thread.currentThread().interrupt();
                            }
                        });
        try (EventLoops loops = EventLoops.start();
                GrpcDoor door =
                        GrpcDoor.start(
                                config.grpc(),
                                config.grpc().address(config.bind(), port(config)),
                                List.of(service(config, loops)),
                                loops,
                                tls(config))) {
            Runtime.getRuntime().addShutdownHook(hook);
            spec.commandLine()
                    .getOut()
                    .println("ready " + spec.name() + "=" + RunningServer.text(door.address()));
            stop.await();
            return Exit.DONE;
        } catch (IOException e) {
            throw new CommandFailedException(Exit.FAILED, "cannot start: " + e.getMessage());
        } finally {
            stopped.countDown();
        }
    }

    private static @Nullable SslContext tls(ServerConfig config) throws IOException {
        TlsOptions options = config.tls().options();
        return options == null ? null : TlsContexts.grpc(options);
    }
}
