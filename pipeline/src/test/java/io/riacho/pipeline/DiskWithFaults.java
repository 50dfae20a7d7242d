package io.riacho.pipeline;

import io.riacho.disk.Disk;
import io.riacho.disk.DiskFile;
import io.riacho.disk.DiskFullException;
import io.riacho.simulation.ForwardingDisk;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/// A disk that says how much of it is free as it is told, and that has no room for the journal or the
/// lake while it is told so. Everything else is the disk below.
final class DiskWithFaults extends ForwardingDisk {

    volatile long free = Long.MAX_VALUE;
    volatile boolean lakeFull;
    volatile boolean journalFull;

    /// What each seal waits for when it begins, or null.
    volatile @Nullable CountDownLatch lakeWaits;

    final CountDownLatch sealBegan = new CountDownLatch(1);

    DiskWithFaults(Disk below) {
        super(below);
    }

    @Override
    public long freeBytes(Path path) {
        return free;
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        if (lakeFull && directory.toString().contains("lake")) {
            throw full("writing " + directory + ": it is full");
        }
        CountDownLatch latch = lakeWaits;
        if (latch != null && directory.toString().contains("lake")) {
            sealBegan.countDown();
            try {
                latch.await();
            } catch (InterruptedException e) {
                throw new InterruptedIOException();
            }
        }
        super.createDirectories(directory);
    }

    @Override
    protected DiskFile opened(DiskFile file) {
        return new File(file);
    }

    private final class File extends ForwardingFile {

        File(DiskFile below) {
            super(below);
        }

        @Override
        public void allocate(long bytes) throws IOException {
            check();
            super.allocate(bytes);
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            check();
            super.write(source, position);
        }

        private void check() throws IOException {
            if (journalFull && path().toString().contains("journal")) {
                throw full("writing " + path() + ": it is full");
            }
        }
    }

    private static DiskFullException full(String message) {
        return new DiskFullException(message, new IOException("No space left on device"));
    }
}
