package io.riacho.journal;

import java.io.IOException;
import java.nio.file.Path;

/// A journal of which bytes that had been confirmed as being on disk are missing or wrong. It does
/// not open, because going on without them would lose acknowledged records in silence.
public final class JournalDamagedException extends IOException {

    private static final long serialVersionUID = 1L;

    private final transient Path file;
    private final long offset;

    JournalDamagedException(Path file, long offset, String problem) {
        super(
                "journal damaged: %s, byte %d: %s. This is not the torn end that a crash leaves: the bytes were on disk before. Keep the file, and restore it from a copy; see \"Damage\" in docs/formats/journal.md."
                        .formatted(file, offset, problem));
        this.file = file;
        this.offset = offset;
    }

    /// The file that is damaged, or after which something is missing.
    public Path file() {
        return file;
    }

    /// Where in the file the damage begins, in bytes.
    public long offset() {
        return offset;
    }
}
