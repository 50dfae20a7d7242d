package io.riacho.simulation;

import io.riacho.disk.Disk;
import io.riacho.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/// A disk that does what the one below does. Fakes that differ in one thing begin here.
public abstract class ForwardingDisk implements Disk {

    private final Disk below;

    protected ForwardingDisk(Disk below) {
        this.below = below;
    }

    /// The file that is handed out for one of the disk below; that one itself unless overridden.
    protected DiskFile opened(DiskFile file) {
        return file;
    }

    @Override
    public final DiskFile open(Path file) throws IOException {
        return opened(below.open(file));
    }

    @Override
    public boolean exists(Path path) throws IOException {
        return below.exists(path);
    }

    @Override
    public List<Path> list(Path directory) throws IOException {
        return below.list(directory);
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        below.createDirectories(directory);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        below.rename(from, to);
    }

    @Override
    public void delete(Path file) throws IOException {
        below.delete(file);
    }

    @Override
    public void syncDirectory(Path directory) throws IOException {
        below.syncDirectory(directory);
    }

    @Override
    public long freeBytes(Path path) throws IOException {
        return below.freeBytes(path);
    }

    /// A file that does what the one below does.
    public abstract static class ForwardingFile implements DiskFile {

        private final DiskFile below;

        protected ForwardingFile(DiskFile below) {
            this.below = below;
        }

        @Override
        public Path path() {
            return below.path();
        }

        @Override
        public long size() throws IOException {
            return below.size();
        }

        @Override
        public void allocate(long bytes) throws IOException {
            below.allocate(bytes);
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            return below.read(target, position);
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            below.write(source, position);
        }

        @Override
        public void truncate(long bytes) throws IOException {
            below.truncate(bytes);
        }

        @Override
        public void sync() throws IOException {
            below.sync();
        }

        @Override
        public void close() throws IOException {
            below.close();
        }
    }
}
