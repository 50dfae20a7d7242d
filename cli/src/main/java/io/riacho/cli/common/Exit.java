package io.riacho.cli.common;

/// The exit codes of every command. Documented in `riacho help` and in docs/operating.md: never
/// renumber.
public final class Exit {

    public static final int DONE = 0;

    /// It was tried and did not work; the message says why.
    public static final int FAILED = 1;

    /// The command line does not make sense (picocli's own code).
    public static final int USAGE = 2;

    /// The configuration is refused.
    public static final int CONFIGURATION = 3;

    /// A server or service does not answer at the address given.
    public static final int UNREACHABLE = 4;

    private Exit() {}
}
