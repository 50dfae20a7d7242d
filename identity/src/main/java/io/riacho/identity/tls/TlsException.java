package io.riacho.identity.tls;

import java.io.IOException;

/// TLS could not be set up. The message names the file, what is wrong with it, and the remedy.
public final class TlsException extends IOException {

    private static final long serialVersionUID = 1L;

    TlsException(String message, Throwable cause) {
        super(message, cause);
    }

    TlsException(String message) {
        super(message);
    }
}
