package io.riacho.identity;

import io.riacho.disk.Disk;
import io.riacho.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/// Files that only their owner may read (0600, directories 0700, where the file system knows modes),
/// and that are whole or not there after any crash.
final class PrivateFiles {

    private static final boolean MODES =
            FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

    private PrivateFiles() {}

    /// The mode is there from the first moment: nobody can open the file before it is set.
    static FileAttribute<?>[] mode(String text) {
        return MODES
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(text))
                }
                : new FileAttribute<?>[0];
    }

    /// Creates the directory, durably, and its missing parents with the usual mode.
    static void createDirectory(Disk disk, Path directory) throws IOException {
        Path absolute = directory.toAbsolutePath();
        if (Files.isDirectory(absolute)) {
            return;
        }
        Path parent = absolute.getParent();
        if (parent != null) {
            disk.createDirectories(parent);
        }
        try {
            Files.createDirectory(absolute, mode("rwx------"));
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(absolute)) {
                throw e;
            }
        }
        if (parent != null) {
            disk.syncDirectory(parent);
        }
    }

    /// Puts a file in its place, or replaces it: temporary file, sync, rename, sync of the directory.
    static void replace(Disk disk, Path file, byte[] content) throws IOException {
        Path absolute = file.toAbsolutePath();
        Path temporary = absolute.resolveSibling(absolute.getFileName() + ".tmp");
        disk.delete(temporary);
        Files.createFile(temporary, mode("rw-------"));
        try (DiskFile open = disk.open(temporary)) {
            open.write(ByteBuffer.wrap(content), 0);
            open.sync();
        }
        disk.rename(temporary, absolute);
        Path directory = absolute.getParent();
        if (directory != null) {
            disk.syncDirectory(directory);
        }
    }
}
