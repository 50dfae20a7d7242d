package io.riacho.journal;

import java.io.IOException;

/// A journal that takes nothing more, because a sync failed earlier and it is not known what
/// reached the disk.
///
/// Trying again proves nothing, because an operating system reports a failed write-back once and
/// then forgets it. Stop the process, look at the disk, and start again: a new start reads what is
/// really there and writes again what no sync had confirmed.
public final class JournalFailedException extends IOException {

    private static final long serialVersionUID = 1L;

    JournalFailedException(String operation, Throwable cause) {
        super(
                operation
                        + ": a sync of the journal failed; nothing more is acknowledged. Check the disk, then restart.",
                cause);
    }
}
