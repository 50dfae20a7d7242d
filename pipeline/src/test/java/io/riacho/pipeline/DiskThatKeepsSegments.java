package io.riacho.pipeline;

import io.riacho.disk.Disk;
import io.riacho.simulation.ForwardingDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// A disk that keeps a copy of each journal segment that is deleted, so that the whole journal can be
/// replayed from its first record. Everything else is the disk below.
final class DiskThatKeepsSegments extends ForwardingDisk {

    private final Map<Path, byte[]> deleted = new TreeMap<>();

    DiskThatKeepsSegments(Disk below) {
        super(below);
    }

    @Override
    public void delete(Path file) throws IOException {
        if (isSegment(file) && Files.exists(file)) {
            deleted.put(file.getFileName(), Files.readAllBytes(file));
        }
        super.delete(file);
    }

    /// Copies all segments that there ever were into another directory.
    void copyAll(Path journal, Path into) throws IOException {
        Files.createDirectories(into);
        for (Map.Entry<Path, byte[]> each : deleted.entrySet()) {
            Files.write(into.resolve(each.getKey()), each.getValue());
        }
        try (Stream<Path> present = Files.list(journal)) {
            for (Path each : present.filter(DiskThatKeepsSegments::isSegment).toList()) {
                // As it was when it was deleted, if a crash brought it back.
                if (!deleted.containsKey(each.getFileName())) {
                    Files.copy(each, into.resolve(each.getFileName()));
                }
            }
        }
    }

    private static boolean isSegment(Path file) {
        return file.toString().endsWith(".journal");
    }
}
