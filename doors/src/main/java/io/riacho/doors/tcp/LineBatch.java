package io.riacho.doors.tcp;

import io.riacho.api.readings.InvalidReadingException;
import io.riacho.api.readings.ReadingBatch;
import io.riacho.api.readings.Refusal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The lines of one read: their readings, and what each line is answered. Filled on the event loop.
final class LineBatch {

    /// Lines after which a batch goes to the intake, also in the middle of a read.
    static final int LINES_MAX = 8192;

    /// Readings after which it does; lines of [TcpOptions#lineBytesMax] bytes add some thousands more.
    static final int READINGS_MAX = 16_384;

    final ReadingBatch readings;

    /// For each line, the number of readings in the batch when it was decoded.
    private int[] readingsUpTo;

    /// What is wrong with a line, if anything was found before the intake; null when nothing was.
    private @Nullable String @Nullable [] errors;

    private final List<Refusal> refused = new ArrayList<>(0);
    private int lines;
    private int bytes;

    /// @param linesLikely what the batch makes room for
    LineBatch(int linesLikely) {
        readings = new ReadingBatch(linesLikely);
        readingsUpTo = new int[Math.max(4, linesLikely)];
    }

    int lines() {
        return lines;
    }

    /// What the lines took on the wire, and what their errors take in memory.
    int bytes() {
        return bytes;
    }

    boolean isFull() {
        return lines >= LINES_MAX || readings.size() >= READINGS_MAX;
    }

    /// Decodes a line and notes how it went.
    void line(LineDecoder decoder, byte[] source, int from, int to) {
        String error = null;
        try {
            int count = decoder.decode(source, from, to, readings, refused);
            if (!refused.isEmpty()) {
                error = Refusal.describe(refused, count, "line");
                refused.clear();
            }
        } catch (InvalidReadingException e) {
            error = e.reason();
        }
        bytes += to - from + 1;
        note(error);
    }

    /// A line that never reached the decoder.
    void error(String reason) {
        note(reason);
    }

    private void note(@Nullable String error) {
        if (lines == readingsUpTo.length) {
            readingsUpTo = Arrays.copyOf(readingsUpTo, lines * 2);
            if (errors != null) {
                errors = Arrays.copyOf(errors, lines * 2);
            }
        }
        // Its answer and this entry.
        bytes += Answers.storedBytes() + 8;
        if (error != null) {
            if (errors == null) {
                errors = new @Nullable String[readingsUpTo.length];
            }
            errors[lines] = error;
            bytes += 64 + 2 * error.length();
        }
        readingsUpTo[lines++] = readings.size();
    }

    @Nullable String error(int line) {
        return errors == null ? null : errors[line];
    }

    boolean hasErrors() {
        return errors != null;
    }

    /// The first reading of a line in the batch.
    int firstReading(int line) {
        return line == 0 ? 0 : readingsUpTo[line - 1];
    }

    /// After its last one.
    int afterReadings(int line) {
        return readingsUpTo[line];
    }
}
