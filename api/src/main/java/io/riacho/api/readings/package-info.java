/// The port of readings, between the doors and the pipeline.
///
/// Every protocol decodes bytes into a [ReadingBatch], wraps it in a [Submission] that knows how
/// to answer its sender, and hands it to the [Intake]. The answer comes when the readings are on
/// disk: a receipt, never a promise. The intake is bounded in bytes; when it is full, doors stop
/// reading from their sockets, and nothing is dropped.
@NullMarked
package io.riacho.api.readings;

import org.jspecify.annotations.NullMarked;
