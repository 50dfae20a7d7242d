package io.riacho.loadtest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The process that serves, when it runs on this machine: what it uses of processor and memory.
///
/// @param pid its process id
public record ServerProcess(long pid) {

    private static final Path PROC = Path.of("/proc");
    private static final Pattern SOCKET = Pattern.compile("socket:\\[(\\d+)]");
    private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");
    private static final long BYTES_PER_KB = 1_024;

    /// In `/proc/net/tcp`: a socket that listens.
    private static final String LISTEN = "0A";

    private static final int LOCAL_ADDRESS = 1;
    private static final int STATE = 3;
    private static final int INODE = 9;

    /// The process that listens on a port of this machine; empty where that cannot be found out: not
    /// on Linux, another user's process, or a port that a container engine passes on.
    public static Optional<ServerProcess> listeningOn(int port) {
        try {
            Set<String> inodes = new HashSet<>();
            for (String table : List.of("net/tcp", "net/tcp6")) {
                inodes.addAll(listeners(PROC.resolve(table), port));
            }
            return inodes.isEmpty() ? Optional.empty() : ownerOf(inodes);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Set<String> listeners(Path table, int port) throws IOException {
        Set<String> inodes = new HashSet<>();
        if (!Files.isReadable(table)) {
            return inodes;
        }
        String ending = String.format(Locale.ROOT, ":%04X", port);
        for (String line : Files.readAllLines(table, StandardCharsets.US_ASCII)) {
            String[] fields = line.strip().split("\\s+", -1);
            if (fields.length > INODE
                    && fields[LOCAL_ADDRESS].endsWith(ending)
                    && fields[STATE].equals(LISTEN)) {
                inodes.add(fields[INODE]);
            }
        }
        return inodes;
    }

    private static Optional<ServerProcess> ownerOf(Set<String> inodes) throws IOException {
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : processes) {
                if (holdsOneOf(process.resolve("fd"), inodes)) {
                    return Optional.of(
                            new ServerProcess(Long.parseLong(process.getFileName().toString())));
                }
            }
        }
        return Optional.empty();
    }

    private static boolean holdsOneOf(Path descriptors, Set<String> inodes) {
        try (DirectoryStream<Path> links = Files.newDirectoryStream(descriptors)) {
            for (Path link : links) {
                Matcher socket = SOCKET.matcher(Files.readSymbolicLink(link).toString());
                if (socket.matches() && inodes.contains(socket.group(1))) {
                    return true;
                }
            }
        } catch (IOException e) {
            // It ended, or it is another user's.
        }
        return false;
    }

    /// The processor time that it has used since it began; empty once it has ended.
    Optional<Duration> cpu() {
        return ProcessHandle.of(pid).flatMap(process -> process.info().totalCpuDuration());
    }

    /// Its resident memory in bytes; empty where the system does not say.
    OptionalLong residentBytes() {
        try {
            Matcher resident =
                    RESIDENT.matcher(
                            Files.readString(PROC.resolve(Long.toString(pid)).resolve("status")));
            return resident.find()
                    ? OptionalLong.of(Long.parseLong(resident.group(1)) * BYTES_PER_KB)
                    : OptionalLong.empty();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }
}
