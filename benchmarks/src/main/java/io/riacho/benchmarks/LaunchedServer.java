package io.riacho.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// A server as users start it: by the launcher, on free ports, with a data directory of its own.
final class LaunchedServer implements AutoCloseable {

    private final Process process;
    private final Path data;
    private final String ready;
    private final double secondsToReady;

    private LaunchedServer(Process process, Path data, String ready, double secondsToReady) {
        this.process = process;
        this.data = data;
        this.ready = ready;
        this.secondsToReady = secondsToReady;
    }

    /// Starts it and waits for its `ready` line.
    static LaunchedServer start() throws IOException {
        String launcher = System.getProperty("riacho.launcher");
        if (launcher == null) {
            throw new IllegalStateException(
                    "-Driacho.launcher names no ./riacho; run this by ./dev bench");
        }
        Path data = Files.createTempDirectory("riacho-bench");
        long started = System.nanoTime();
        Process process =
                new ProcessBuilder(
                                List.of(
                                        launcher,
                                        "up",
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
                                        "--grpc.actuator-port=0"))
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        BufferedReader out =
                new BufferedReader(
                        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            if (line.startsWith("ready ")) {
                return new LaunchedServer(process, data, line, (System.nanoTime() - started) / 1e9);
            }
        }
        throw new IOException("the server ended before it was ready");
    }

    /// From the start of the launcher to the ready line, in seconds.
    double secondsToReady() {
        return secondsToReady;
    }

    /// The host and port of a door.
    String address(String door) {
        for (String each : ready.split(" ", -1)) {
            if (each.startsWith(door + "=")) {
                return each.substring(each.lastIndexOf('/') + 1).replace(door + "=", "");
            }
        }
        throw new IllegalArgumentException("no door '" + door + "': " + ready);
    }

    /// Resident memory in MiB, from the kernel; -1 where there is no `/proc`.
    long residentMib() throws IOException {
        Path status = Path.of("/proc", Long.toString(process.pid()), "status");
        if (!Files.exists(status)) {
            return -1;
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                .findFirst()
                .orElse(-1);
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        try (Stream<Path> files = Files.walk(data)) {
            for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
