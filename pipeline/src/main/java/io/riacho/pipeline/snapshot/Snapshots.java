package io.riacho.pipeline.snapshot;

import io.riacho.disk.Disk;
import io.riacho.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Snapshots of the state as files, `docs/formats/snapshot.md`. The newest two are kept, so that one
/// that cannot be read does not stop the server. Used by one thread.
public final class Snapshots {

    private static final Logger LOG = LoggerFactory.getLogger(Snapshots.class);

    /// `RIASNAP1`, little-endian.
    private static final long MAGIC = 0x3150414E53414952L;

    private static final int HEADER_BYTES = 8 + 4 + 4 + 8 + 8;
    private static final int VERSION = 1;
    private static final int KEPT = 2;
    private static final Pattern NAME = Pattern.compile("(\\d{20})\\.snapshot");

    private final Disk disk;
    private final Path directory;

    /// Those that [#newest] found to be damaged; they go with the next that is written.
    private final List<Path> damaged = new ArrayList<>();

    /// The state after folding everything up to and including `position`.
    // Bytes, never compared.
    @SuppressWarnings("ArrayRecordComponent")
    public record Snapshot(long position, byte[] state) {}

    public Snapshots(Disk disk, Path directory) {
        this.disk = disk;
        this.directory = directory;
    }

    /// Makes a snapshot durable and deletes those that are older than the newest two.
    ///
    /// @return the position of the oldest snapshot that is kept: the journal is needed from there on
    public long write(Snapshot snapshot) throws IOException {
        Path target =
                directory.resolve(
                        String.format(Locale.ROOT, "%020d.snapshot", snapshot.position()));
        Path temporary = directory.resolve("snapshot.tmp");
        CRC32C crc = new CRC32C();
        crc.update(snapshot.state());
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(MAGIC).putInt(VERSION).putInt((int) crc.getValue());
        header.putLong(snapshot.position()).putLong(snapshot.state().length).flip();
        disk.delete(temporary);
        try (DiskFile file = disk.open(temporary)) {
            file.write(header, 0);
            file.write(ByteBuffer.wrap(snapshot.state()), HEADER_BYTES);
            file.sync();
        }
        disk.rename(temporary, target);
        disk.syncDirectory(directory);
        for (Path each : damaged) {
            if (!each.equals(target)) {
                disk.delete(each);
            }
        }
        damaged.clear();
        List<Path> all = files();
        int surplus = Math.max(0, all.size() - KEPT);
        for (Path each : all.subList(0, surplus)) {
            disk.delete(each);
        }
        return all.size() < KEPT ? -1 : positionOf(all.get(surplus));
    }

    /// The newest snapshot that is whole.
    ///
    /// @throws IOException when a file cannot be read, or when none is whole and one has a version
    ///     that this Riacho does not know
    public Optional<Snapshot> newest() throws IOException {
        damaged.clear();
        UnknownVersionException unknown = null;
        for (Path each : files().reversed()) {
            try {
                Optional<Snapshot> snapshot = read(each);
                if (snapshot.isPresent()) {
                    return snapshot;
                }
                LOG.warn("The snapshot {} is damaged; the one before it is used", each);
            } catch (UnknownVersionException e) {
                // A damaged byte says the same as a newer Riacho.
                LOG.warn("{}; the one before it is used", e.getMessage());
                unknown = unknown == null ? e : unknown;
            }
            damaged.add(each);
        }
        if (unknown != null) {
            throw unknown;
        }
        return Optional.empty();
    }

    private static final class UnknownVersionException extends IOException {
        private static final long serialVersionUID = 1L;

        UnknownVersionException(String message) {
            super(message);
        }
    }

    private Optional<Snapshot> read(Path path) throws IOException {
        try (DiskFile file = disk.open(path)) {
            ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            if (file.read(header, 0) < HEADER_BYTES) {
                return Optional.empty();
            }
            header.flip();
            long magic = header.getLong();
            int version = header.getInt();
            int checksum = header.getInt();
            long position = header.getLong();
            long length = header.getLong();
            if (magic != MAGIC || length != file.size() - HEADER_BYTES) {
                return Optional.empty();
            }
            if (version != VERSION) {
                throw new UnknownVersionException(
                        path
                                + " has version "
                                + version
                                + ", this Riacho reads "
                                + VERSION
                                + "; start the Riacho that wrote it");
            }
            byte[] state = new byte[Math.toIntExact(length)];
            file.read(ByteBuffer.wrap(state), HEADER_BYTES);
            CRC32C crc = new CRC32C();
            crc.update(state);
            if ((int) crc.getValue() != checksum || position != positionOf(path)) {
                return Optional.empty();
            }
            return Optional.of(new Snapshot(position, state));
        }
    }

    private List<Path> files() throws IOException {
        List<Path> found = new ArrayList<>();
        for (Path each : disk.list(directory)) {
            if (NAME.matcher(each.getFileName().toString()).matches()) {
                found.add(each);
            }
        }
        return found;
    }

    private static long positionOf(Path file) {
        Matcher matcher = NAME.matcher(file.getFileName().toString());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(file + " is no snapshot");
        }
        return Long.parseLong(matcher.group(1));
    }
}
