package io.riacho.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/// Processor time and memory of a process, as the kernel counts them; on systems without `/proc` nothing is known.
public final class ProcessUse {

    /// Linux gives processor time in these.
    private static final long MILLIS_PER_TICK = 10;

    // Fields of /proc/PID/stat behind the name, which may contain blanks (proc(5): 14 and 15).
    private static final int USER_TICKS = 11;
    private static final int SYSTEM_TICKS = 12;

    private static final double BUSY = 0.05;

    private final Path folder;

    public ProcessUse(long pid) {
        this.folder = Path.of("/proc", Long.toString(pid));
    }

    /// Processor time so far, of all its threads, in ms, to the nearest 10 ms; -1 when it is not known.
    public long processorMillis() throws IOException {
        Path stat = folder.resolve("stat");
        if (!Files.exists(stat)) {
            return -1;
        }
        String line = Files.readString(stat);
        String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ", -1);
        return MILLIS_PER_TICK
                * (Long.parseLong(fields[USER_TICKS]) + Long.parseLong(fields[SYSTEM_TICKS]));
    }

    /// Resident memory in KiB; -1 when it is not known.
    public long residentKib() throws IOException {
        Path status = folder.resolve("status");
        if (!Files.exists(status)) {
            return -1;
        }
        try (var lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElse(-1);
        }
    }

    /// Waits until the process has nothing left to do: until it used less than 5 % of a processor for
    /// half a second.
    ///
    /// @param secondsMax how long at most
    public void awaitIdle(int secondsMax) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(secondsMax);
        int pauseMillis = 500;
        long before = processorMillis();
        while (System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(pauseMillis);
            long now = processorMillis();
            if (now - before < pauseMillis * BUSY) {
                return;
            }
            before = now;
        }
    }
}
