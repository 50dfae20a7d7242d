package io.riacho.server;

import java.io.IOException;

/// Another server holds the data directory; the message names it.
public final class DataDirectoryInUseException extends IOException {

    private static final long serialVersionUID = 1L;

    DataDirectoryInUseException(String message) {
        super(message);
    }
}
