package io.riacho.pipeline.record;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Texts in records: a `u16` length in bytes, then UTF-8. Buffers are little-endian.
public final class RecordText {

    private RecordText() {}

    /// Bytes that are enough for a text.
    public static int textMax(String text) {
        return 2 + 3 * text.length();
    }

    /// Bytes that are enough for texts behind their count.
    public static int textsMax(List<String> texts) {
        int bytes = 2;
        for (String each : texts) {
            bytes += textMax(each);
        }
        return bytes;
    }

    public static void putText(ByteBuffer to, String text) {
        int at = to.position();
        to.putShort((short) 0);
        // Ids are ASCII nearly always; that way spares an array.
        int length = text.length();
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                to.position(at + 2);
                to.put(text.getBytes(StandardCharsets.UTF_8));
                break;
            }
            to.put((byte) c);
        }
        int bytes = to.position() - at - 2;
        if (bytes > 0xFFFF) {
            throw new IllegalArgumentException("a text of " + bytes + " bytes in a journal record");
        }
        to.putShort(at, (short) bytes);
    }

    public static void putTexts(ByteBuffer to, List<String> texts) {
        to.putShort((short) texts.size());
        for (String each : texts) {
            putText(to, each);
        }
    }

    public static String getText(ByteBuffer in) {
        return new String(getBytes(in, in.getShort() & 0xFFFF), StandardCharsets.UTF_8);
    }

    public static List<String> getTexts(ByteBuffer in) {
        int count = in.getShort() & 0xFFFF;
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            texts.add(getText(in));
        }
        return List.copyOf(texts);
    }

    /// The next bytes.
    ///
    /// @throws IllegalArgumentException when there are not so many
    public static byte[] getBytes(ByteBuffer in, int length) {
        if (length < 0 || length > in.remaining()) {
            throw new IllegalArgumentException("a text of " + length + " bytes");
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }
}
