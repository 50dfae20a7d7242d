package io.riacho.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/// An open file. Positions and sizes are in bytes. Used by one thread at a time.
public interface DiskFile extends AutoCloseable {

    Path path();

    long size() throws IOException;

    /// Reserves room for the file's first `bytes` bytes, so that later writes there neither grow the
    /// file nor run out of space; new bytes read as zero. Never shrinks.
    void allocate(long bytes) throws IOException;

    /// Reads until the buffer is full or the file ends. Returns the number of bytes read, 0 at the end.
    int read(ByteBuffer target, long position) throws IOException;

    /// Writes all that remains in the buffer.
    void write(ByteBuffer source, long position) throws IOException;

    /// Cuts the file to `bytes` bytes; does nothing when it is shorter already.
    void truncate(long bytes) throws IOException;

    /// Makes the bytes written so far durable (`fdatasync`). After a failure nothing is known about
    /// what reached the disk, and a second call proves nothing: the caller must stop.
    void sync() throws IOException;

    @Override
    void close() throws IOException;
}
