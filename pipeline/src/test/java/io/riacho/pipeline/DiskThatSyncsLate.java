package io.riacho.pipeline;

import io.riacho.disk.Disk;
import io.riacho.disk.DiskFile;
import io.riacho.simulation.ForwardingDisk;
import java.io.IOException;
import java.nio.ByteBuffer;

/// The mutant: a journal's sync returns at once and is done before the next write, so that the server
/// acknowledges what is not on disk yet. Everything else is the disk below.
final class DiskThatSyncsLate extends ForwardingDisk {

    DiskThatSyncsLate(Disk below) {
        super(below);
    }

    @Override
    protected DiskFile opened(DiskFile file) {
        return file.path().toString().endsWith(".journal") ? new LateFile(file) : file;
    }

    private static final class LateFile extends ForwardingFile {

        private boolean due;

        LateFile(DiskFile below) {
            super(below);
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            if (due) {
                super.sync();
                due = false;
            }
            super.write(source, position);
        }

        @Override
        public void sync() {
            due = true;
        }
    }
}
