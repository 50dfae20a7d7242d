package io.riacho.server.path;

import io.riacho.disk.Disk;
import io.riacho.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/// The mutant: a journal's sync returns at once and is done before the next one, so that the server
/// acknowledges what is not on disk yet. Everything else is the disk below.
final class DiskThatSyncsLate implements Disk {

    private final Disk below;

    DiskThatSyncsLate(Disk below) {
        this.below = below;
    }

    @Override
    public DiskFile open(Path file) throws IOException {
        DiskFile opened = below.open(file);
        return file.toString().endsWith(".journal") ? new LateFile(opened) : opened;
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

    private static final class LateFile implements DiskFile {

        private final DiskFile below;
        private boolean due;

        LateFile(DiskFile below) {
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
            if (due) {
                below.sync();
                due = false;
            }
            below.write(source, position);
        }

        @Override
        public void truncate(long bytes) throws IOException {
            below.truncate(bytes);
        }

        @Override
        public void sync() {
            due = true;
        }

        @Override
        public void close() throws IOException {
            below.close();
        }
    }
}
