package io.riacho.server;

import io.riacho.disk.RealDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/// The lock on a data directory: one server at a time. The operating system frees it when the process
/// ends, however it ends; the file's text only says who holds it.
final class DataLock implements AutoCloseable {

    private static final String FILE = "riacho.lock";
    private static final int OWNER_BYTES_MAX = 512;

    /// The text begins after the byte that is locked, so that it can be read everywhere.
    private static final long OWNER_AT = 1;

    private final FileChannel channel;
    private final FileLock lock;

    private DataLock(FileChannel channel, FileLock lock) {
        this.channel = channel;
        this.lock = lock;
    }

    /// Takes the lock, creating the directory when there is none.
    ///
    /// @throws DataDirectoryInUseException when another server has it
    static DataLock take(Path directory) throws IOException {
        // Synced in their parents: what is durable in them is found again.
        new RealDisk().createDirectories(directory);
        Path file = directory.resolve(FILE);
        FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        try {
            FileLock lock = tryLock(channel);
            if (lock == null) {
                throw new DataDirectoryInUseException(
                        "the data directory "
                                + directory.toAbsolutePath()
                                + " is in use by "
                                + owner(channel)
                                + "; stop that server, or give this one another directory with"
                                + " --data");
            }
            String text =
                    "process "
                            + ProcessHandle.current().pid()
                            + " since "
                            + Instant.now().truncatedTo(ChronoUnit.SECONDS)
                            + "\n";
            ByteBuffer bytes = ByteBuffer.wrap((" " + text).getBytes(StandardCharsets.UTF_8));
            channel.truncate(0);
            channel.write(bytes, 0);
            return new DataLock(channel, lock);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock(0, 1, false);
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    private static String owner(FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(OWNER_BYTES_MAX);
        channel.read(bytes, OWNER_AT);
        String text =
                new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8).strip();
        return text.isEmpty() ? "another process" : text;
    }

    @Override
    public void close() throws IOException {
        try (channel) {
            lock.release();
        }
    }
}
