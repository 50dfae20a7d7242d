package io.riacho.journal;

import io.riacho.disk.Disk;
import io.riacho.disk.DiskFile;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A file with the room of a segment reserved, made ahead of its use. Safe for use by two threads.
final class SpareSegment implements AutoCloseable {

    private static final long STEP_BYTES = 4 << 20;

    private final Disk disk;
    private final Path directory;
    private final long segmentBytes;

    /// Held while a file is being made, so not by `take`, which must not wait for that.
    private final Object preparing = new Object();

    private @Nullable DiskFile ready;
    private long made;
    private boolean closed;

    SpareSegment(Disk disk, Path directory, long segmentBytes) {
        this.disk = disk;
        this.directory = directory;
        this.segmentBytes = segmentBytes;
    }

    /// Makes one unless there is one.
    void prepare() throws IOException {
        synchronized (preparing) {
            synchronized (this) {
                if (ready != null || closed) {
                    return;
                }
            }
            DiskFile file = make();
            synchronized (this) {
                if (!closed) {
                    ready = file;
                    return;
                }
            }
            discard(file);
        }
    }

    synchronized boolean isReady() {
        return ready != null;
    }

    /// The one that is ready, or one made now. The caller owns it.
    DiskFile take() throws IOException {
        synchronized (this) {
            DiskFile file = ready;
            if (file != null) {
                ready = null;
                return file;
            }
        }
        return make();
    }

    private DiskFile make() throws IOException {
        Path path;
        synchronized (this) {
            path = directory.resolve("spare-" + made++ + Segment.UNFINISHED);
        }
        DiskFile file = disk.open(path);
        try {
            // In steps, because a sync of the active segment waits behind whatever the disk is
            // given here.
            for (long bytes = 0; bytes < segmentBytes; ) {
                bytes = Math.min(segmentBytes, bytes + STEP_BYTES);
                file.allocate(bytes);
                file.sync();
            }
            return file;
        } catch (IOException e) {
            try {
                discard(file);
            } catch (IOException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
    }

    private void discard(DiskFile file) throws IOException {
        file.close();
        disk.delete(file.path());
    }

    /// Deletes the one that was not used.
    @Override
    public void close() throws IOException {
        DiskFile unused;
        synchronized (this) {
            closed = true;
            unused = ready;
            ready = null;
        }
        if (unused != null) {
            discard(unused);
        }
    }
}
