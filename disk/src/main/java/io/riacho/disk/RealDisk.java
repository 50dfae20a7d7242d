package io.riacho.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The operating system's file system.
public final class RealDisk implements Disk {

    /// Zeros are written in pieces of this size when a file is preallocated.
    private static final int ALLOCATION_CHUNK_BYTES = 1 << 20;

    @Override
    public DiskFile open(Path file) throws IOException {
        return new RealFile(
                file,
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE));
    }

    @Override
    public boolean exists(Path path) {
        return Files.exists(path);
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.sorted().toList();
        }
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        Deque<Path> missing = new ArrayDeque<>();
        for (Path each = directory.toAbsolutePath(); each != null; each = each.getParent()) {
            if (Files.isDirectory(each)) {
                break;
            }
            missing.push(each);
        }
        for (Path each : missing) {
            Files.createDirectories(each);
            Path parent = each.getParent();
            if (parent != null) {
                syncDirectory(parent);
            }
        }
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        try {
            Files.move(
                    from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw explained(e, "renaming " + from + " to " + to);
        }
    }

    @Override
    public void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        // POSIX: a directory's entries are durable once the directory itself was synced.
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public long freeBytes(Path path) throws IOException {
        FileStore store = Files.getFileStore(path);
        return store.getUsableSpace();
    }

    private static IOException explained(IOException e, String operation) {
        String message = e.getMessage();
        String reason = message == null ? "" : message.toLowerCase(Locale.ROOT);
        if (reason.contains("no space left")
                || reason.contains("disk quota")
                || reason.contains("not enough space")) {
            return new DiskFullException(operation + ": the file system is full", e);
        }
        return e;
    }

    private static final class RealFile implements DiskFile {

        private final Path path;
        private final FileChannel channel;
        private @Nullable IOException failedSync;

        RealFile(Path path, FileChannel channel) {
            this.path = path;
            this.channel = channel;
        }

        @Override
        public Path path() {
            return path;
        }

        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public void allocate(long bytes) throws IOException {
            long size = channel.size();
            if (size >= bytes) {
                return;
            }
            // Java has no fallocate; writing the zeros also spares every later sync the metadata.
            ByteBuffer zeros =
                    ByteBuffer.allocateDirect((int) Math.min(ALLOCATION_CHUNK_BYTES, bytes - size));
            while (size < bytes) {
                zeros.clear().limit((int) Math.min(zeros.capacity(), bytes - size));
                int chunk = zeros.remaining();
                write(zeros, size);
                size += chunk;
            }
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            int total = 0;
            while (target.hasRemaining()) {
                int n = channel.read(target, position + total);
                if (n < 0) {
                    break;
                }
                total += n;
            }
            return total;
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            long at = position;
            try {
                while (source.hasRemaining()) {
                    at += channel.write(source, at);
                }
            } catch (IOException e) {
                throw explained(e, "writing " + path);
            }
        }

        @Override
        public void truncate(long bytes) throws IOException {
            channel.truncate(bytes);
        }

        @Override
        public void sync() throws IOException {
            // Linux reports a failed write-back once and then forgets it: remember it here.
            if (failedSync != null) {
                throw new IOException("an earlier sync of " + path + " failed", failedSync);
            }
            try {
                channel.force(false);
            } catch (IOException e) {
                failedSync = e;
                throw e;
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
