package io.riacho.api.readings;

/// The door that a reading came by. The code is stored: never reuse or renumber one.
public enum Source {
    GRPC(1),
    TCP(2),
    HTTP(3),
    MQTT(4);

    private static final Source[] BY_CODE = new Source[16];

    static {
        for (Source each : values()) {
            BY_CODE[each.code] = each;
        }
    }

    private final int code;
    private final String label;

    Source(int code) {
        this.code = code;
        this.label = name().toLowerCase(java.util.Locale.ROOT);
    }

    /// The stored code, 1 to 15.
    public int code() {
        return code;
    }

    /// The name in SQL and JSON, in lower case.
    public String label() {
        return label;
    }

    public static Source ofCode(int code) {
        Source source = code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
        if (source == null) {
            throw new IllegalArgumentException("unknown source code " + code);
        }
        return source;
    }
}
