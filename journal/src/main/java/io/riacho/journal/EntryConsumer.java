package io.riacho.journal;

import java.io.IOException;
import java.nio.ByteBuffer;

/// Takes the entries of a replay, in the order in which they were appended.
@FunctionalInterface
public interface EntryConsumer {

    /// One entry. What this throws ends the replay and reaches its caller.
    ///
    /// @param basePosition the position of the entry's first record
    /// @param records how many records the entry holds, at least 1
    /// @param payload the bytes that were appended, from position 0, big-endian, read-only; valid
    ///     during the call only
    void accept(long basePosition, int records, ByteBuffer payload) throws IOException;
}
