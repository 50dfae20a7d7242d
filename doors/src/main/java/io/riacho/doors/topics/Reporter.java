package io.riacho.doors.topics;

import org.jspecify.annotations.Nullable;

/// The sender of a report, with those in whose name it may report.
public interface Reporter {

    /// For logs.
    String label();

    /// The device that it is by its connection; null when that says nothing, so that its reports have to.
    @Nullable String device();

    /// Whether it may report as this gateway.
    boolean mayReportAs(String gateway);

    /// Whether it may say what became of a device and of its commands.
    boolean mayAnswerFor(String device);
}
