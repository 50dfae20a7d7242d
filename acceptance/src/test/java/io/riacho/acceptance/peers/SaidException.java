package io.riacho.acceptance.peers;

import org.jspecify.annotations.Nullable;

/// A failure as a client reports it, in its own words, on one line.
final class SaidException extends Exception {

    private static final long serialVersionUID = 1;

    SaidException(String words, @Nullable Throwable cause) {
        super(words.strip().replaceAll("\\s*\n\\s*", " "), cause);
    }

    String words() {
        return String.valueOf(getMessage());
    }
}
