package io.riacho.cli.common;

/// The moment when the program began, for saying how long a start took.
public final class StartTime {

    /// [System#nanoTime()] then; `main` touches this class first of all.
    public static final long NANOS = System.nanoTime();

    private StartTime() {}

    /// Sets it, if it is not yet.
    public static void touch() {}
}
