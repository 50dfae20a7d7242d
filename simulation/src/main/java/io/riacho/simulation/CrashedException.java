package io.riacho.simulation;

/// A disk whose power is off: none of its operations does anything until the test says what
/// survived ([DiskThatLosesUnsyncedWrites#crash]) or started the process again. Not an
/// `IOException`, because no code under test may handle it.
public final class CrashedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    CrashedException(String operation) {
        super("the power went off: " + operation);
    }
}
