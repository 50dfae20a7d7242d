package io.riacho.journal;

import io.riacho.disk.Disk;
import io.riacho.disk.DiskFile;
import io.riacho.simulation.ForwardingDisk;

/// A disk that says that a file was synced without doing it: a journal on it acknowledges before it
/// syncs.
final class DiskWhoseSyncsDoNothing extends ForwardingDisk {

    DiskWhoseSyncsDoNothing(Disk below) {
        super(below);
    }

    @Override
    protected DiskFile opened(DiskFile file) {
        return new ForwardingFile(file) {
            @Override
            public void sync() {
                // the lie
            }
        };
    }
}
