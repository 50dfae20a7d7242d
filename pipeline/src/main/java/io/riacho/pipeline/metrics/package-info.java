/// The counters and timers of the pipeline.
@NullMarked
package io.riacho.pipeline.metrics;

import org.jspecify.annotations.NullMarked;
