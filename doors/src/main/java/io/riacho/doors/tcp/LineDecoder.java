package io.riacho.doors.tcp;

import io.riacho.api.readings.InvalidReadingException;
import io.riacho.api.readings.ReadingBatch;
import io.riacho.api.readings.Refusal;
import java.util.List;

/// A format in which a line says readings. One per event loop, thread-confined.
interface LineDecoder {

    /// Adds the readings of one line.
    ///
    /// @param from the line's first byte
    /// @param to after its last, without the line's end
    /// @param refused where bad readings are listed by their place in the line; the others are added
    /// @return readings in the line, good and bad
    /// @throws InvalidReadingException when the line as a whole is bad; nothing was added or listed
    int decode(byte[] bytes, int from, int to, ReadingBatch into, List<Refusal> refused)
            throws InvalidReadingException;

    /// Whether a line whose end never came, since its sender closed, can be told from one that was cut.
    boolean knowsItsEnd();
}
