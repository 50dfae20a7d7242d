package io.riacho.benchmarks.mqtt;

import io.riacho.benchmarks.Directories;
import io.riacho.benchmarks.LaunchedServer;
import io.riacho.benchmarks.ProcessUse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A server that is measured: a process of its own on a directory of its own.
///
/// @param name for the report
/// @param process the server's
/// @param stop ends it and deletes what it wrote
record Peer(String name, InetSocketAddress address, Process process, Stop stop)
        implements AutoCloseable {

    /// What [#close] does.
    interface Stop {
        void run() throws IOException, InterruptedException;
    }

    static final String RIACHO = "riacho";
    static final String MOSQUITTO = "mosquitto";
    static final String BARE = "bare";

    private static final Path MOSQUITTO_PROGRAM = Path.of("/usr/sbin/mosquitto");
    private static final int START_SECONDS_MAX = 30;

    /// A bare server has what the launcher gives Riacho.
    private static final List<String> JAVA_FLAGS =
            List.of(
                    "-XX:+UseSerialGC",
                    "-Xms16m",
                    "-Xmx512m",
                    "-XX:+UseCompactObjectHeaders",
                    "-XX:MaxDirectMemorySize=256m",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow");

    /// Riacho as users start it.
    static Peer riacho(String... flags) throws IOException {
        LaunchedServer server = LaunchedServer.start(flags);
        String[] address = server.address("mqtt").split(":", -1);
        return new Peer(
                RIACHO,
                new InetSocketAddress(address[0], Integer.parseInt(address[1])),
                server.process(),
                server::close);
    }

    /// Whether there is a Mosquitto; what to do about it is printed when there is none.
    static boolean hasMosquitto() {
        boolean there = Files.isExecutable(MOSQUITTO_PROGRAM);
        if (!there) {
            System.out.println(
                    "mosquitto: not measured, "
                            + MOSQUITTO_PROGRAM
                            + " is not there (Debian: apt-get install mosquitto)");
        }
        return there;
    }

    /// Mosquitto with its persistence as Debian ships it (a save at the end and every half hour, so none
    /// during a measurement), but with room for as many messages in flight as the load wants.
    static Peer mosquitto() throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("riacho-bench-mosquitto");
        int port = freePort();
        Path config =
                Files.writeString(
                        folder.resolve("mosquitto.conf"),
                        """
                        user root
                        listener %d 127.0.0.1
                        allow_anonymous true
                        persistence true
                        persistence_location %s/
                        max_inflight_messages 1000
                        max_queued_messages 0
                        log_dest file %s
                        """
                                .formatted(port, folder, folder.resolve("mosquitto.log")));
        return start(
                MOSQUITTO,
                folder,
                port,
                List.of(MOSQUITTO_PROGRAM.toString(), "-c", config.toString()));
    }

    /// [BareMqttServer].
    static Peer bare() throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("riacho-bench-bare");
        int port = freePort();
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JAVA_FLAGS);
        command.addAll(
                List.of(
                        "-cp",
                        System.getProperty("java.class.path"),
                        BareMqttServer.class.getName(),
                        Integer.toString(port),
                        folder.resolve("messages").toString()));
        return start(BARE, folder, port, command);
    }

    private static Peer start(String name, Path folder, int port, List<String> command)
            throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(command)
                        .redirectOutput(folder.resolve("output.log").toFile())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
        Stop stop =
                () -> {
                    process.destroy();
                    process.waitFor();
                    Directories.delete(folder);
                };
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS_MAX);
        while (process.isAlive() && System.nanoTime() < end) {
            try (Socket socket = new Socket()) {
                socket.connect(address);
                return new Peer(name, address, process, stop);
            } catch (IOException e) {
                TimeUnit.MILLISECONDS.sleep(20);
            }
        }
        process.destroyForcibly();
        throw new IOException(name + " did not start listening on port " + port);
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }

    static ProcessUse ownUse() {
        return new ProcessUse(ProcessHandle.current().pid());
    }

    ProcessUse use() {
        return new ProcessUse(process.pid());
    }

    @Override
    public void close() throws IOException {
        try {
            stop.run();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
