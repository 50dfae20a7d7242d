package io.riacho.identity;

import java.io.IOException;

/// An identity could not be made, read or changed. The message names what, and the remedy.
public final class IdentityException extends IOException {

    private static final long serialVersionUID = 1L;

    IdentityException(String message) {
        super(message);
    }

    IdentityException(String message, Throwable cause) {
        super(message, cause);
    }
}
