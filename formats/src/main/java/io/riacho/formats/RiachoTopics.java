package io.riacho.formats;

import org.jspecify.annotations.Nullable;

/// Riacho's topics below their root: what each is called, and what a name means.
///
/// @param root the first level, `irrigation` unless configured
public record RiachoTopics(String root) {

    /// What a topic is for.
    public enum Kind {
        /// `irrigation/sensors/{sensor}/data`: readings.
        DATA,
        /// `irrigation/gateway/status`: what gateways say of themselves, answers to commands among it.
        STATUS,
        /// `irrigation/control/{device}/command`: commands.
        COMMAND,
        /// `irrigation/system/updates`: updates and configuration for gateways.
        UPDATES,
        /// `irrigation/errors`: error reports, of gateways and of Riacho.
        ERRORS,
        /// `irrigation/diagnostics`: diagnostics of gateways.
        DIAGNOSTICS,
        /// Any other: a plain broker's business.
        OTHER
    }

    private static final String SENSORS = "/sensors/";
    private static final String DATA = "/data";
    private static final String CONTROL = "/control/";
    private static final String COMMAND = "/command";

    public Kind kind(String topic) {
        if (!topic.startsWith(root)) {
            return Kind.OTHER;
        }
        if (sensor(topic) != null) {
            return Kind.DATA;
        }
        if (device(topic) != null) {
            return Kind.COMMAND;
        }
        return switch (topic.substring(root.length())) {
            case "/gateway/status" -> Kind.STATUS;
            case "/system/updates" -> Kind.UPDATES;
            case "/errors" -> Kind.ERRORS;
            case "/diagnostics" -> Kind.DIAGNOSTICS;
            default -> Kind.OTHER;
        };
    }

    /// The sensor of a data topic, perhaps empty, or null when it is none.
    public @Nullable String sensor(String topic) {
        return between(topic, SENSORS, DATA);
    }

    /// The device or group of a command topic, perhaps empty, or null when it is none.
    public @Nullable String device(String topic) {
        return between(topic, CONTROL, COMMAND);
    }

    /// The one level between two others, below the root.
    private @Nullable String between(String topic, String before, String after) {
        int from = root.length() + before.length();
        int to = topic.length() - after.length();
        boolean fits =
                to >= from
                        && topic.startsWith(root)
                        && topic.startsWith(before, root.length())
                        && topic.endsWith(after)
                        && topic.lastIndexOf('/', to - 1) == from - 1;
        return fits ? topic.substring(from, to) : null;
    }

    public String data(String sensor) {
        return root + SENSORS + sensor + DATA;
    }

    public String command(String device) {
        return root + CONTROL + device + COMMAND;
    }

    public String status() {
        return root + "/gateway/status";
    }

    public String updates() {
        return root + "/system/updates";
    }

    public String errors() {
        return root + "/errors";
    }

    public String diagnostics() {
        return root + "/diagnostics";
    }
}
