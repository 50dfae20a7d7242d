package io.riacho.acceptance;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/// `riacho up` as a process of its own, on free ports of loopback.
public final class ServerProcess implements AutoCloseable {

    private static final Duration READY_MAX = Duration.ofSeconds(60);

    private final Process process;
    private final Path log;
    private final Map<String, String> doors = new ConcurrentHashMap<>();

    private ServerProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /// Starts it and waits for its `ready` line.
    public static ServerProcess start(Path data, Path log, String... flags) throws IOException {
        return run("up", data, log, flags);
    }

    /// Starts `riacho demo` instead, with its field.
    static ServerProcess startDemo(Path data, Path log, String... flags) throws IOException {
        return run("demo", data, log, flags);
    }

    private static ServerProcess run(String task, Path data, Path log, String... flags)
            throws IOException {
        List<String> command =
                Program.riacho(
                        task,
                        "--data",
                        data.toString(),
                        "--http.port=0",
                        "--tcp.port=0",
                        "--mqtt.port=0",
                        "--mqtt.ws-port=0",
                        "--mqtt.tls-port=0",
                        "--mqtt.wss-port=0",
                        "--grpc.sensor-port=0",
                        "--grpc.processor-port=0",
                        "--grpc.actuator-port=0",
                        "--retention.free-disk-bytes-min=0");
        command.addAll(List.of(flags));
        Process process =
                new ProcessBuilder(command)
                        .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                        .start();
        ServerProcess server = new ServerProcess(process, log);
        server.awaitReady();
        return server;
    }

    private void awaitReady() throws IOException {
        BufferedReader out =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        long deadline = System.nanoTime() + READY_MAX.toNanos();
        while (System.nanoTime() < deadline) {
            String line = out.readLine();
            if (line == null) {
                break;
            }
            if (line.startsWith("ready ")) {
                for (String each : line.split(" ", -1)) {
                    int equals = each.indexOf('=');
                    if (equals > 0) {
                        doors.put(each.substring(0, equals), each.substring(equals + 1));
                    }
                }
                return;
            }
        }
        process.destroyForcibly();
        throw new IOException("the server did not become ready:\n" + Files.readString(log));
    }

    /// Where a door listens.
    public InetSocketAddress address(String door) {
        String text = doors.get(door);
        if (text == null) {
            throw new IllegalArgumentException("no door " + door + " in " + doors);
        }
        String hostPort = text.substring(text.lastIndexOf('/') + 1);
        int colon = hostPort.lastIndexOf(':');
        return new InetSocketAddress(
                hostPort.substring(0, colon), Integer.parseInt(hostPort.substring(colon + 1)));
    }

    URI http(String path) {
        InetSocketAddress address = address("http");
        return URI.create("http://" + address.getHostString() + ":" + address.getPort() + path);
    }

    /// The answer to read-only SQL as CSV lines, without the header.
    public List<String> query(HttpClient client, String sql)
            throws IOException, InterruptedException {
        HttpResponse<String> response =
                client.send(
                        HttpRequest.newBuilder(http("/api/v1/query?format=csv"))
                                .header("Content-Type", "text/plain")
                                .header("Accept", "text/csv")
                                .POST(HttpRequest.BodyPublishers.ofString(sql))
                                .timeout(Duration.ofSeconds(60))
                                .build(),
                        BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException("query answered " + response.statusCode() + response.body());
        }
        return response.body().lines().skip(1).toList();
    }

    long pid() {
        return process.pid();
    }

    /// `kill -9`.
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /// `kill`: SIGTERM. Returns the exit code.
    public int terminate() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("the server did not end within 30 s of SIGTERM");
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
