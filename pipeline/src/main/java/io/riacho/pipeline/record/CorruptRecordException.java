package io.riacho.pipeline.record;

import org.jspecify.annotations.Nullable;

/// Bytes that are whole but mean nothing to this version.
public final class CorruptRecordException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public CorruptRecordException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
