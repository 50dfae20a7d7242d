package io.riacho.cli.doctor;

/// One line of `riacho doctor`: a subject, its grade and the remedy.
///
/// @param subject what was looked at
/// @param detail what was found and, where something is to be done, what
record Finding(Grade grade, String subject, String detail) {

    enum Grade {
        PASS,
        /// It works, but not as well as it might, or not for long.
        WARN,
        /// A server would not start, or not work.
        FAIL
    }

    static Finding pass(String subject, String detail) {
        return new Finding(Grade.PASS, subject, detail);
    }

    static Finding warn(String subject, String detail) {
        return new Finding(Grade.WARN, subject, detail);
    }

    static Finding fail(String subject, String detail) {
        return new Finding(Grade.FAIL, subject, detail);
    }
}
