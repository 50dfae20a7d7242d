package io.riacho.cli.common;

/// Ends a command with a message for the person who typed it, and no stack trace.
public final class CommandFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int exit;

    public CommandFailedException(int exit, String message) {
        super(message);
        this.exit = exit;
    }

    public int exit() {
        return exit;
    }
}
