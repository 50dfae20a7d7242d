package io.riacho.mqtt.packet;

/// Quality of service.
public enum Qos {
    AT_MOST_ONCE(0),
    AT_LEAST_ONCE(1),
    EXACTLY_ONCE(2);

    private static final Qos[] ALL = {AT_MOST_ONCE, AT_LEAST_ONCE, EXACTLY_ONCE};

    private final int level;

    Qos(int level) {
        this.level = level;
    }

    /// The number on the wire.
    public int level() {
        return level;
    }

    /// The quality of service of a number on the wire.
    ///
    /// @param level 0, 1 or 2
    public static Qos of(int level) {
        return ALL[level];
    }

    public static Qos min(Qos a, Qos b) {
        return a.level <= b.level ? a : b;
    }

    public static Qos max(Qos a, Qos b) {
        return a.level >= b.level ? a : b;
    }
}
