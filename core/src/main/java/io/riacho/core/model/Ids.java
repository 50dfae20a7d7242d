package io.riacho.core.model;

import org.jspecify.annotations.Nullable;

/// Ids of sensors, metrics, devices, rules and groups: 1 to 128 bytes of UTF-8 without `/`, `+`, `#` and
/// control characters, so that each is one level of an MQTT topic and one segment of a path.
public final class Ids {

    /// Bytes of UTF-8 in an id.
    public static final int BYTES_MAX = 128;

    /// The metric of a reading that names none.
    public static final String DEFAULT_METRIC = "temperature";

    private Ids() {}

    /// The first thing that is wrong with an id.
    ///
    /// @param what it is the id of, for the words: `sensor id`
    /// @return null when nothing is
    public static @Nullable String problem(String what, String id) {
        if (id.isEmpty()) {
            return "the " + what + " is empty";
        }
        int bytes = 0;
        for (int i = 0; i < id.length(); i++) {
            char c = id.charAt(i);
            if (c == '/' || c == '+' || c == '#') {
                return "the " + what + " must not contain '" + c + "'";
            }
            if (Character.isISOControl(c)) {
                return "the " + what + " must not contain control characters";
            }
            if (Character.isSurrogate(c)) {
                boolean pair =
                        Character.isHighSurrogate(c)
                                && i + 1 < id.length()
                                && Character.isLowSurrogate(id.charAt(i + 1));
                if (!pair) {
                    return "the " + what + " is not valid Unicode";
                }
                bytes += 4;
                i++;
            } else {
                bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
            }
        }
        return bytes > BYTES_MAX
                ? "the " + what + " has " + bytes + " bytes of UTF-8; at most " + BYTES_MAX
                : null;
    }
}
