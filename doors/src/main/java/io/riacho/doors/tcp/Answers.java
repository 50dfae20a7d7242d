package io.riacho.doors.tcp;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/// Writes the TCP door's answers to lines.
final class Answers {

    private static final byte[] STORED =
            "Dados recebidos com sucesso.\n".getBytes(StandardCharsets.UTF_8);
    private static final int BLOCK_LINES = 256;
    private static final byte[] STORED_BLOCK = new byte[BLOCK_LINES * STORED.length];

    static {
        for (int i = 0; i < BLOCK_LINES; i++) {
            System.arraycopy(STORED, 0, STORED_BLOCK, i * STORED.length, STORED.length);
        }
    }

    private Answers() {}

    /// Bytes that a stored line is answered with.
    static int storedBytes() {
        return STORED.length;
    }

    /// So many lines are stored.
    static void stored(ByteBuf out, int lines) {
        int left = lines;
        while (left > 0) {
            int now = Math.min(left, BLOCK_LINES);
            out.writeBytes(STORED_BLOCK, 0, now * STORED.length);
            left -= now;
        }
    }

    /// A line is not stored; the reason is on one line.
    static void error(ByteBuf out, String reason) {
        out.writeCharSequence("Erro: ", StandardCharsets.UTF_8);
        out.writeCharSequence(oneLine(reason), StandardCharsets.UTF_8);
        out.writeByte('\n');
    }

    private static String oneLine(String reason) {
        for (int i = 0; i < reason.length(); i++) {
            if (Character.isISOControl(reason.charAt(i))) {
                return reason.replaceAll("\\p{Cntrl}+", " ");
            }
        }
        return reason;
    }
}
