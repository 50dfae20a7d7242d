package io.riacho.cli.doctor;

import com.sun.management.UnixOperatingSystemMXBean;
import io.netty.channel.epoll.Epoll;
import io.riacho.config.Units;
import io.riacho.doors.grpc.GrpcOptions;
import io.riacho.doors.mqtt.MqttOptions;
import io.riacho.server.ServerConfig;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Checks the machine for everything that a server needs of it. Changes nothing but a temporary
/// file in the data directory (or the nearest folder above that exists).
final class Diagnosis {

    private static final int SYNCS = 50;
    private static final int PAGE_BYTES = 4096;
    private static final long SYNC_MICROS_GOOD = 5_000;
    private static final long SYNC_MICROS_SUSPICIOUS = 15;
    private static final long OPEN_FILES_GOOD = 16_384;
    private static final Instant CLOCK_MIN = Instant.parse("2026-01-01T00:00:00Z");

    private final ServerConfig config;

    Diagnosis(ServerConfig config) {
        this.config = config;
    }

    List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        findings.add(java(Runtime.version().feature(), System.getProperty("java.home")));
        findings.add(transport());
        findings.add(memory(Runtime.getRuntime().maxMemory()));
        GrpcOptions grpc = config.grpc();
        findings.add(port("grpc.sensor-port", grpc.address(config.bind(), grpc.sensorPort())));
        findings.add(
                port("grpc.processor-port", grpc.address(config.bind(), grpc.processorPort())));
        findings.add(port("grpc.actuator-port", grpc.address(config.bind(), grpc.actuatorPort())));
        findings.add(port("tcp.port", config.tcp().address(config.bind())));
        findings.add(port("http.port", config.http().address(config.bind())));
        MqttOptions mqtt = config.mqtt();
        findings.add(port("mqtt.port", config.mqttPlainBind(), mqtt.port()));
        findings.add(port("mqtt.ws-port", config.mqttPlainBind(), mqtt.wsPort()));
        findings.add(port("mqtt.tls-port", config.mqttBind(), mqtt.tlsPort()));
        findings.add(port("mqtt.wss-port", config.mqttBind(), mqtt.wssPort()));
        findings.addAll(tls());
        findings.addAll(disk(config.data().toAbsolutePath()));
        findings.add(clock(Instant.now(), ntpSynchronized()));
        findings.add(openFiles(openFilesMax()));
        return findings;
    }

    static Finding java(int feature, String home) {
        String found = "Java " + feature + " in " + home;
        return feature == 25
                ? Finding.pass("java", found)
                : Finding.warn(
                        "java", found + "; the tests run on 25: set RIACHO_JAVA_HOME to one");
    }

    private static Finding transport() {
        return Epoll.isAvailable()
                ? Finding.pass("network", "epoll, Linux's own")
                : Finding.pass(
                        "network", "the JDK's portable selectors (epoll is for Linux on x86-64)");
    }

    static Finding memory(long heapBytesMax) {
        String found = "at most " + (heapBytesMax >> 20) + " MiB of heap";
        return heapBytesMax >= 200L << 20
                ? Finding.pass("memory", found)
                : Finding.warn("memory", found + "; give it 256 MiB: RIACHO_JAVA_OPTS=-Xmx256m");
    }

    private static Finding port(String path, InetSocketAddress address) {
        return port(path, address.getHostString(), address.getPort());
    }

    static Finding port(String path, String bind, @Nullable Integer port) {
        if (port == null) {
            return Finding.pass(path, "not opened");
        }
        String subject = "port " + port;
        if (port == 0) {
            return Finding.pass(path, "any free port");
        }
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(bind, port));
            return Finding.pass(subject, "free on " + bind + " (" + path + ")");
        } catch (BindException e) {
            return Finding.fail(
                    subject,
                    "cannot be had on "
                            + bind
                            + " ("
                            + e.getMessage()
                            + "): stop what listens there (ss -ltnp shows it), or --"
                            + path
                            + "=0 for any free one");
        } catch (IOException e) {
            return Finding.fail(subject, "cannot be had on " + bind + ": " + e.getMessage());
        }
    }

    private List<Finding> tls() {
        List<Finding> findings = new ArrayList<>();
        for (Path file : readable()) {
            if (!Files.isReadable(file)) {
                findings.add(Finding.fail("tls", file + " cannot be read"));
            }
        }
        if (findings.isEmpty() && config.tls().enabled()) {
            findings.add(Finding.pass("tls", "certificate and key are readable"));
        }
        return findings;
    }

    private List<Path> readable() {
        List<Path> files = new ArrayList<>();
        for (@Nullable Path file :
                Arrays.asList(
                        config.tls().certificate(), config.tls().key(), config.tls().clientCa())) {
            if (file != null) {
                files.add(file);
            }
        }
        return files;
    }

    private List<Finding> disk(Path data) {
        Path folder = data;
        while (!Files.isDirectory(folder) && folder.getParent() != null) {
            folder = folder.getParent();
        }
        List<Finding> findings = new ArrayList<>();
        if (Files.exists(data) && !Files.isDirectory(data)) {
            findings.add(Finding.fail("data", data + " is a file; name a folder: --data DIR"));
            return findings;
        }
        if (!Files.isWritable(folder)) {
            findings.add(
                    Finding.fail(
                            "data",
                            folder
                                    + " may not be written by "
                                    + System.getProperty("user.name")
                                    + "; change its owner, or name another: --data DIR"));
            return findings;
        }
        findings.add(Finding.pass("data", data + (folder.equals(data) ? "" : " (will be made)")));
        try {
            long free = Files.getFileStore(folder).getUsableSpace();
            findings.add(free(free, config.retention().freeDiskBytesMin()));
            findings.add(sync(syncMicros(folder)));
        } catch (IOException e) {
            findings.add(Finding.fail("disk", folder + ": " + e));
        }
        return findings;
    }

    static Finding free(long freeBytes, long floorBytes) {
        String found =
                String.format(
                        Locale.ROOT,
                        "%,d MiB free; below %s new readings are refused",
                        freeBytes >> 20,
                        Units.bytesText(floorBytes));
        if (freeBytes < floorBytes) {
            return Finding.fail("disk", found + ": make room, or set retention.age-max");
        }
        return freeBytes < 4 * floorBytes
                ? Finding.warn("disk", found + ": make room, or set retention.age-max")
                : Finding.pass("disk", found);
    }

    static Finding sync(long[] sortedMicros) {
        long median = sortedMicros[sortedMicros.length / 2];
        long worst = sortedMicros[sortedMicros.length - 1];
        String found =
                String.format(
                        Locale.ROOT,
                        "a sync takes %.2f ms (median of %d; longest %.2f ms)",
                        median / 1000.0,
                        sortedMicros.length,
                        worst / 1000.0);
        if (median < SYNC_MICROS_SUSPICIOUS) {
            return Finding.warn(
                    "sync",
                    found
                            + "; that is too quick to reach a disk (tmpfs, or a disk that does not"
                            + " tell the truth): a power cut may lose what was acknowledged");
        }
        return median <= SYNC_MICROS_GOOD
                ? Finding.pass("sync", found)
                : Finding.warn(
                        "sync",
                        found + "; each receipt waits for one: a disk on this machine is better");
    }

    /// Times of writing a page and syncing it, in µs, ascending.
    private static long[] syncMicros(Path folder) throws IOException {
        Path file = Files.createTempFile(folder, ".riacho-doctor", ".tmp");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer page = ByteBuffer.allocateDirect(PAGE_BYTES);
            for (int i = 0; i < SYNCS; i++) {
                channel.write(page.clear(), (long) i * PAGE_BYTES);
            }
            channel.force(true);
            long[] micros = new long[SYNCS];
            for (int i = 0; i < SYNCS; i++) {
                long began = System.nanoTime();
                channel.write(page.clear().put(0, (byte) i), (long) i * PAGE_BYTES);
                channel.force(false);
                micros[i] = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - began);
            }
            Arrays.sort(micros);
            return micros;
        } finally {
            Files.deleteIfExists(file);
        }
    }

    /// Judges the clock.
    ///
    /// @param synchronised what the system says of its time service, or null when it says nothing
    static Finding clock(Instant now, @Nullable Boolean synchronised) {
        if (now.isBefore(CLOCK_MIN)) {
            return Finding.fail(
                    "clock", "it is " + now + " by this machine, which cannot be; set its clock");
        }
        if (synchronised == null) {
            return Finding.pass("clock", now + "; whether it is synchronised cannot be told here");
        }
        return synchronised
                ? Finding.pass("clock", now + ", synchronised")
                : Finding.warn(
                        "clock",
                        now
                                + ", not synchronised: readings with true timestamps may seem to be"
                                + " in the future; run chrony or systemd-timesyncd");
    }

    private static @Nullable Boolean ntpSynchronized() {
        try {
            Process process =
                    new ProcessBuilder("timedatectl", "show", "-p", "NTPSynchronized", "--value")
                            .redirectErrorStream(true)
                            .start();
            process.getOutputStream().close();
            if (!process.waitFor(2, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return null;
            }
            String said =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return switch (said.strip()) {
                case "yes" -> true;
                case "no" -> false;
                default -> null;
            };
        } catch (IOException _) {
            return null;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    private static long openFilesMax() {
        OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
        return system instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount()
                : Long.MAX_VALUE;
    }

    static Finding openFiles(long max) {
        String found = String.format(Locale.ROOT, "%,d may be open at once", max);
        return max >= OPEN_FILES_GOOD
                ? Finding.pass("files", found)
                : Finding.warn(
                        "files",
                        found
                                + "; each connection takes one: ulimit -n 65536, or LimitNOFILE= in"
                                + " the unit");
    }
}
