package io.riacho.mqtt.packet;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;

/// UTF-8 encoded strings as MQTT has them (5.0, 1.5.4): well-formed, no surrogates, no U+0000.
final class Utf8 {

    private Utf8() {}

    /// @throws BadPacketException when the bytes are not such a string
    static String read(ByteBuf in, int index, int length) throws BadPacketException {
        check(in, index, length);
        return in.toString(index, length, StandardCharsets.UTF_8);
    }

    static void check(ByteBuf in, int index, int length) throws BadPacketException {
        int at = index;
        int end = index + length;
        while (at < end) {
            int b = in.getByte(at);
            if (b > 0) {
                at++;
                continue;
            }
            int width = width(b & 0xFF);
            if (width == 0 || at + width > end) {
                throw ill(b == 0);
            }
            int codePoint = b & (0xFF >> (width + 1));
            for (int i = 1; i < width; i++) {
                int next = in.getByte(at + i) & 0xFF;
                if ((next & 0xC0) != 0x80) {
                    throw ill(false);
                }
                codePoint = codePoint << 6 | (next & 0x3F);
            }
            boolean overlong =
                    (width == 2 && codePoint < 0x80)
                            || (width == 3 && codePoint < 0x800)
                            || (width == 4 && codePoint < 0x10000);
            boolean surrogate = codePoint >= 0xD800 && codePoint <= 0xDFFF;
            if (overlong || surrogate || codePoint > 0x10FFFF) {
                throw ill(false);
            }
            at += width;
        }
    }

    /// The length in bytes of a sequence that begins with a byte of 0x80 or more; 0: none does.
    private static int width(int first) {
        if (first >= 0xC2 && first <= 0xDF) {
            return 2;
        }
        if (first >= 0xE0 && first <= 0xEF) {
            return 3;
        }
        if (first >= 0xF0 && first <= 0xF4) {
            return 4;
        }
        return 0;
    }

    private static BadPacketException ill(boolean nul) {
        return BadPacketException.malformed(
                nul ? "a string contains U+0000" : "a string is not well-formed UTF-8");
    }
}
