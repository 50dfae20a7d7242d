package io.riacho.disk;

import java.io.IOException;

/// A file system without room for a write or a reservation. What was durable before still is.
public final class DiskFullException extends IOException {

    private static final long serialVersionUID = 1L;

    public DiskFullException(String message, Throwable cause) {
        super(message, cause);
    }

    public DiskFullException(String message) {
        super(message);
    }
}
