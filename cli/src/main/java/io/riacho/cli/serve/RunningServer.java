package io.riacho.cli.serve;

import io.riacho.cli.common.CommandFailedException;
import io.riacho.cli.common.Exit;
import io.riacho.cli.common.StartTime;
import io.riacho.config.LoadedConfig;
import io.riacho.server.DataDirectoryInUseException;
import io.riacho.server.Riacho;
import io.riacho.server.ServerConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;

/// A server in this process, which stops with it: SIGTERM and Ctrl-C drain it first.
public final class RunningServer implements AutoCloseable {

    /// The order of the ready line.
    private static final List<String> DOORS =
            List.of(
                    "http",
                    "tcp",
                    "grpc",
                    "processor",
                    "actuator",
                    "mqtt",
                    "mqtts",
                    "mqtt-ws",
                    "mqtt-wss");

    private final Riacho server;
    private final Thread drain;
    private final LoadedConfig<ServerConfig> config;

    private RunningServer(Riacho server, LoadedConfig<ServerConfig> config) {
        this.server = server;
        this.config = config;
        drain = Thread.ofPlatform().name("drain").unstarted(server::close);
        Runtime.getRuntime().addShutdownHook(drain);
    }

    /// Starts it, with the configuration's warnings on `err`.
    ///
    /// @throws CommandFailedException when it cannot run, saying why
    public static RunningServer start(LoadedConfig<ServerConfig> loaded, PrintWriter err) {
        loaded.warnings().forEach(warning -> err.println("riacho: warning: " + warning));
        try {
            return new RunningServer(Riacho.start(loaded.config()), loaded);
        } catch (DataDirectoryInUseException e) {
            throw new CommandFailedException(Exit.FAILED, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new CommandFailedException(
                    Exit.FAILED,
                    "cannot start: " + e.getMessage() + " ('riacho doctor' looks further)");
        } catch (IllegalArgumentException e) {
            throw new CommandFailedException(Exit.CONFIGURATION, String.valueOf(e.getMessage()));
        }
    }

    /// `ready` with each door's address, the data directory, and the time since the launcher was called;
    /// what it took to build first does not count.
    public String readyLine() {
        StringBuilder line = new StringBuilder("ready");
        for (String door : DOORS) {
            if (!has(door)) {
                continue;
            }
            line.append(' ').append(door).append('=');
            line.append(door.equals("http") ? url() : text(address(door)));
        }
        return line.append(" data=")
                .append(config.config().data().toAbsolutePath().normalize())
                .append(" after=")
                .append(sinceLaunched().toMillis())
                .append("ms")
                .toString();
    }

    /// Whether a door is open.
    public boolean has(String door) {
        return server.addresses().containsKey(door);
    }

    /// Where a door listens; where that is every address, loopback.
    public InetSocketAddress address(String door) {
        InetSocketAddress bound = server.addresses().get(door);
        if (bound == null) {
            throw new IllegalStateException("the server has no door '" + door + "'");
        }
        return bound.getAddress() != null && bound.getAddress().isAnyLocalAddress()
                ? new InetSocketAddress(InetAddress.getLoopbackAddress(), bound.getPort())
                : bound;
    }

    /// The HTTP door's address, such as `http://127.0.0.1:8080`.
    public String url() {
        String scheme = config.config().tls().enabled() ? "https://" : "http://";
        return scheme + text(address("http"));
    }

    public static String text(InetSocketAddress address) {
        String host =
                address.getAddress() == null
                        ? address.getHostString()
                        : address.getAddress().getHostAddress();
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    private static Duration sinceLaunched() {
        // Asked for first: in a test this may be what loads the class.
        long began = StartTime.NANOS;
        Long launchedMicros = Long.getLong("riacho.launched");
        return launchedMicros == null
                ? Duration.ofNanos(System.nanoTime() - began)
                : Duration.between(
                        Instant.EPOCH.plus(launchedMicros, ChronoUnit.MICROS), Instant.now());
    }

    /// Waits until it is stopped.
    ///
    /// @return false when it stopped because it could go on no longer
    public boolean awaitStopped() throws InterruptedException {
        server.awaitStopped();
        return !server.isBroken();
    }

    @Override
    public void close() {
        server.close();
        try {
            Runtime.getRuntime().removeShutdownHook(drain);
        } catch (IllegalStateException _) {
            // The process is ending, and the hook is what closed the server.
        }
    }
}
