package io.riacho.lake;

import java.io.IOException;

/// A directory of a lake that is not what its manifest says. Nothing was changed; the message names
/// the file and what can be done.
public final class LakeDamagedException extends IOException {

    private static final long serialVersionUID = 1L;

    LakeDamagedException(String message) {
        super(message);
    }
}
