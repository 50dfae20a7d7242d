package io.riacho.disk;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// The file operations that durability depends on.
///
/// What is promised after a crash is only what was synced: a file's bytes after [DiskFile#sync()],
/// and a directory's entries (creation, rename, deletion) after [#syncDirectory(Path)]. Everything
/// else may be there, be missing, be torn, or have happened in another order.
///
/// Every method throws [DiskFullException] when the file system has no room, and another
/// [IOException] for any other failure. Implementations are safe for use by several threads; a
/// [DiskFile] belongs to one thread at a time.
public interface Disk {

    /// Opens for reading and writing, creating an empty file when there is none. The directory must exist.
    DiskFile open(Path file) throws IOException;

    /// Whether the file or directory exists, as seen by this process.
    boolean exists(Path path) throws IOException;

    /// The entries of a directory, sorted by name.
    List<Path> list(Path directory) throws IOException;

    /// Creates the directory and its missing parents, and makes their entries durable.
    void createDirectories(Path directory) throws IOException;

    /// Renames atomically, replacing the target. Durable after the directory's sync.
    void rename(Path from, Path to) throws IOException;

    /// Deletes; a file that is missing already is fine. Durable after the directory's sync.
    void delete(Path file) throws IOException;

    /// Makes durable which entries the directory has.
    void syncDirectory(Path directory) throws IOException;

    /// Bytes that this process may still write in the file system of `path`.
    long freeBytes(Path path) throws IOException;
}
