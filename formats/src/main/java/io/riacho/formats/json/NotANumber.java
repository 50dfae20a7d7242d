package io.riacho.formats.json;

import java.util.Arrays;

/// Finds the `nan`, `-nan` and `inf` that C's printf writes for a broken sensor, and spells them as Jackson knows
/// them, so that they refuse their own reading and not the whole message. Only looked for in what is no JSON.
final class NotANumber {

    private NotANumber() {}

    /// The same text, of the same length, with those words spelt `NaN` and `INF`.
    ///
    /// @return empty when there are none
    static byte[] named(byte[] bytes, int from, int to) {
        byte[] text = Arrays.copyOfRange(bytes, from, to);
        boolean found = false;
        boolean quoted = false;
        for (int i = 0; i < text.length; i++) {
            byte b = text[i];
            if (quoted) {
                if (b == '\\') {
                    i++;
                } else if (b == '"') {
                    quoted = false;
                }
            } else if (b == '"') {
                quoted = true;
            } else if (is(text, i, "nan")) {
                text[i] = 'N';
                text[i + 1] = 'a';
                text[i + 2] = 'N';
                // A NaN has no sign in JSON's dialects.
                if (i > 0 && text[i - 1] == '-') {
                    text[i - 1] = ' ';
                }
                found = true;
                i += 2;
            } else if (is(text, i, "inf")) {
                text[i] = 'I';
                text[i + 1] = 'N';
                text[i + 2] = 'F';
                found = true;
                i += 2;
            }
        }
        return found ? text : new byte[0];
    }

    /// Whether a word stands there alone, in any case.
    private static boolean is(byte[] text, int at, String word) {
        if (at + 3 > text.length
                || (at > 0 && isLetter(text[at - 1]))
                || (at + 3 < text.length && isLetter(text[at + 3]))) {
            return false;
        }
        for (int i = 0; i < 3; i++) {
            if ((text[at + i] | 0x20) != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isLetter(byte b) {
        int lower = b | 0x20;
        return (lower >= 'a' && lower <= 'z') || (b >= '0' && b <= '9') || b == '_';
    }
}
