/// Tests of snapshots as files.
@NullMarked
package io.riacho.pipeline.snapshot;

import org.jspecify.annotations.NullMarked;
