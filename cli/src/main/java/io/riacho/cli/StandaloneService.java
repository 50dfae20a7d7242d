package io.riacho.cli;

import io.grpc.BindableService;
import io.netty.handler.ssl.SslContext;
import io.riacho.server.config.ServerConfig;
import io.riacho.server.ingest.EventLoops;
import io.riacho.server.ingest.grpc.GrpcDoor;
import io.riacho.server.ingest.grpc.GrpcOptions;
import io.riacho.server.tls.TlsContexts;
import io.riacho.server.tls.TlsOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/// One of the reports' services, alone in its process: it stores nothing and needs no data directory.
final class StandaloneService {

    private StandaloneService() {}

    /// Serves until the process is told to end.
    ///
    /// @param name for the ready line
    static int serve(
            String name,
            BindableService service,
            ServerConfig config,
            int port,
            EventLoops loops,
            PrintWriter out)
            throws InterruptedException {
        GrpcOptions options =
                GrpcOptions.onLoopback(port)
                        .at(config.grpcBind(), port)
                        .withLimits(
                                config.grpc().messageBytesMax(),
                                config.grpc().connectionsMax(),
                                2 * config.grpc().callsPerConnectionMax(),
                                config.grpc().callsPerConnectionMax());
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
        try (GrpcDoor door = GrpcDoor.start(options, List.of(service), loops, tls(config))) {
            Runtime.getRuntime().addShutdownHook(hook);
            out.println("ready " + name + "=" + RunningServer.text(door.address()));
            stop.await();
            return Exit.DONE;
        } catch (IOException e) {
            throw new CommandFailedException(Exit.FAILED, "cannot start: " + e.getMessage());
        } finally {
            stopped.countDown();
        }
    }

    private static @Nullable SslContext tls(ServerConfig config) throws IOException {
        Path certificate = config.tls().certificate();
        Path key = config.tls().key();
        return certificate == null || key == null
                ? null
                : TlsContexts.grpc(TlsOptions.of(certificate, key, config.tls().clientCa()));
    }
}
