package io.riacho.server.bridge;

import io.riacho.identity.Credentials;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;

/// A real Mosquitto with TLS, client certificates and a session store, which can be stopped and started
/// again. Installed when we are root, otherwise the test is reported as not run.
final class Mosquitto implements AutoCloseable {

    /// Messages that it sends without an acknowledgement.
    static final int IN_FLIGHT_MAX = 20;

    private static final Path PROGRAM = Path.of("/usr/sbin/mosquitto");

    private final Path folder;
    private final int port;
    private @Nullable Process process;

    /// @param certificate what it shows
    /// @param key of the certificate
    /// @param anybody whose authority it trusts
    Mosquitto(Path folder, Path certificate, Path key, Credentials anybody) throws Exception {
        install();
        this.folder = Files.createDirectories(folder);
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Files.writeString(
                folder.resolve("mosquitto.conf"),
                """
                user root
                listener %d 127.0.0.1
                cafile %s
                certfile %s
                keyfile %s
                require_certificate true
                use_identity_as_username true
                allow_anonymous false
                persistence true
                persistence_location %s/
                autosave_interval 1
                max_queued_messages 0
                max_inflight_messages %d
                log_dest file %s
                """
                        .formatted(
                                port,
                                anybody.rootCa(),
                                certificate,
                                key,
                                folder,
                                IN_FLIGHT_MAX,
                                folder.resolve("mosquitto.log")));
    }

    private static void install() throws IOException, InterruptedException {
        if (!Files.isExecutable(PROGRAM) && "root".equals(System.getProperty("user.name"))) {
            // Its package starts one of its own on port 1883 unless it is told not to.
            new ProcessBuilder(
                            "sh",
                            "-c",
                            "RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -q"
                                    + " mosquitto; systemctl stop mosquitto 2>/dev/null;"
                                    + " systemctl disable mosquitto 2>/dev/null; true")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor(180, TimeUnit.SECONDS);
        }
        Assumptions.assumeTrue(Files.isExecutable(PROGRAM), "not run: mosquitto is not installed");
    }

    int port() {
        return port;
    }

    void start() throws IOException {
        process =
                new ProcessBuilder(
                                PROGRAM.toString(),
                                "-c",
                                folder.resolve("mosquitto.conf").toString())
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("output.log").toFile())
                        .start();
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .ignoreExceptions()
                .until(() -> {
                    try (Socket socket = new Socket()) {
                        socket.connect(
                                new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                        return true;
                    }
                });
    }

    /// By SIGTERM: it writes its sessions down, which it promises for nothing else.
    void stop() throws InterruptedException {
        Process running = process;
        if (running == null) {
            return;
        }
        running.destroy();
        if (!running.waitFor(20, TimeUnit.SECONDS)) {
            running.destroyForcibly();
            throw new IllegalStateException("Mosquitto does not end");
        }
        process = null;
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly();
        }
    }
}
