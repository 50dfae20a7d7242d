package io.riacho.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A server as users start it: by the launcher, on free ports, with a data directory of its own.
public final class LaunchedServer implements AutoCloseable {

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
    ///
    /// @param flags settings besides those of its ports and its data directory
    public static LaunchedServer start(String... flags) throws IOException {
        String launcher = System.getProperty("riacho.launcher");
        if (launcher == null) {
            throw new IllegalStateException(
                    "-Driacho.launcher names no ./riacho; run this by ./dev bench");
        }
        Path data = Files.createTempDirectory("riacho-bench");
        long started = System.nanoTime();
        List<String> command =
                new ArrayList<>(
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
                                "--grpc.actuator-port=0"));
        command.addAll(List.of(flags));
        Process process =
                new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
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
    public String address(String door) {
        for (String each : ready.split(" ", -1)) {
            if (each.startsWith(door + "=")) {
                return each.substring(each.lastIndexOf('/') + 1).replace(door + "=", "");
            }
        }
        throw new IllegalArgumentException("no door '" + door + "': " + ready);
    }

    public Process process() {
        return process;
    }

    /// Resident memory in MiB, from the kernel; -1 where there is no `/proc`.
    long residentMib() throws IOException {
        long kib = new ProcessUse(process.pid()).residentKib();
        return kib < 0 ? -1 : kib / 1024;
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
        Directories.delete(data);
    }
}
