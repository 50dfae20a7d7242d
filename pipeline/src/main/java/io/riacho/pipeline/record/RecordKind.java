package io.riacho.pipeline.record;

/// The kinds of journal records. Codes are stored: never reuse one.
///
/// A switch over them has no `default`, so the compiler lists what a new kind needs: a reader and a
/// writer in `RecordCodec`, and a fold in `StateFold`.
public enum RecordKind {
    SERIES_DEFINED(1),
    READINGS(2),
    RESOLVED(3),
    SEALED_UP_TO(4),
    CLOCK_TICK(5),
    RULES_SET(6),
    COMMAND_MOVED(7),
    SESSIONS_CHANGED(8),
    MANUALLY_ORDERED(9),
    DEVICES_CHANGED(10),
    COMMAND_EXPIRY_SET(11);

    private static final RecordKind[] BY_CODE = byCode();

    private final byte code;

    RecordKind(int code) {
        this.code = (byte) code;
    }

    /// The first byte of such a record.
    public byte code() {
        return code;
    }

    /// The kind with this code.
    ///
    /// @throws CorruptRecordException when this version knows none
    public static RecordKind ofCode(byte code) {
        if (code < 1 || code > BY_CODE.length) {
            throw new CorruptRecordException(
                    "unknown journal record type " + code + "; it may come from a newer Riacho",
                    null);
        }
        return BY_CODE[code - 1];
    }

    private static RecordKind[] byCode() {
        RecordKind[] all = new RecordKind[values().length];
        for (RecordKind each : values()) {
            all[each.code - 1] = each;
        }
        return all;
    }
}
