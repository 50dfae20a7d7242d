package io.riacho.identity;

import io.riacho.disk.Disk;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// The registry on disk. Whoever changes it, a command or a running server, reads it, changes it and
/// puts the new one in its place while it holds the lock of the directory. Readers take no lock: a
/// rename gives them the old registry or the new one.
public final class RegistryFile {

    /// A file that is larger is no registry.
    private static final long BYTES_MAX = 256L << 20;

    private static final Duration LOCK_WAIT_MAX = Duration.ofSeconds(30);
    private static final long LOCK_RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Disk disk;
    private final Path directory;
    private final Path file;

    /// @param directory made when the first change is
    public RegistryFile(Disk disk, Path directory) {
        this.disk = disk;
        this.directory = directory;
        this.file = directory.resolve("devices");
    }

    Path path() {
        return file;
    }

    /// What was put in place last; empty when nothing was.
    ///
    /// @throws IdentityException when it is damaged
    Registry read() throws IOException {
        try {
            if (Files.size(file) > BYTES_MAX) {
                throw new IdentityException("it is larger than a registry can be");
            }
            return RegistryFormat.decode(Files.readAllBytes(file));
        } catch (NoSuchFileException _) {
            return Registry.EMPTY;
        } catch (IdentityException e) {
            throw new IdentityException(
                    "the registry of devices "
                            + file
                            + " cannot be used: "
                            + e.getMessage()
                            + "; restore it from a backup of "
                            + directory,
                    e);
        }
    }

    /// What a change makes of a registry.
    public interface Change {
        Registry apply(Registry before) throws IOException;
    }

    /// Applies a change that nobody else's can come between, and returns when it is durable. When the
    /// change throws, or gives back what it got, nothing is written.
    ///
    /// @return the registry afterwards
    /// @throws IdentityException when somebody else holds the lock for too long
    // One at a time also within this process: closing a file frees the locks that the process
    // has on it, whichever of its threads took them.
    public synchronized Registry change(Change change) throws IOException {
        PrivateFiles.createDirectory(disk, directory);
        try (FileChannel channel =
                        FileChannel.open(
                                directory.resolve("lock"),
                                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                                PrivateFiles.mode("rw-------"));
                FileLock _ = lock(channel)) {
            Registry before = read();
            Registry after = change.apply(before);
            if (after != before) {
                PrivateFiles.replace(disk, file, RegistryFormat.encode(after));
            }
            return after;
        }
    }

    private FileLock lock(FileChannel channel) throws IOException {
        long deadline = System.nanoTime() + LOCK_WAIT_MAX.toNanos();
        while (true) {
            FileLock lock = tryLock(channel);
            if (lock != null) {
                return lock;
            }
            if (System.nanoTime() - deadline > 0) {
                throw new IdentityException(
                        "somebody else has been changing "
                                + directory
                                + " for "
                                + LOCK_WAIT_MAX.toSeconds()
                                + " s; wait for the other 'riacho devices', or end it");
            }
            LockSupport.parkNanos(LOCK_RETRY_NANOS);
        }
    }

    /// @return null while another process, or another thread of this one, holds it
    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException _) {
            return null;
        }
    }
}
