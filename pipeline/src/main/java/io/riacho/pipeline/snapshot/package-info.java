/// Snapshots as files: the bytes of the state behind a header with a checksum. What the bytes are is
/// the matter of `state`: each folder there writes its part.
@NullMarked
package io.riacho.pipeline.snapshot;

import org.jspecify.annotations.NullMarked;
