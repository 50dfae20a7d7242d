/// The live feed: the stream thread publishes, anybody subscribes.
@NullMarked
package io.riacho.pipeline.live;

import org.jspecify.annotations.NullMarked;
