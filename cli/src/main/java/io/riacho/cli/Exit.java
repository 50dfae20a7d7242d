package io.riacho.cli;

/// What the process ends with. Documented in `riacho help` and in docs/operating.md: never renumber.
final class Exit {

    static final int DONE = 0;

    /// It was tried and did not work; the message says why.
    static final int FAILED = 1;

    /// The command line does not make sense (picocli's own code).
    static final int USAGE = 2;

    /// The configuration is refused.
    static final int CONFIGURATION = 3;

    /// A server or service does not answer at the address given.
    static final int UNREACHABLE = 4;

    private Exit() {}
}
