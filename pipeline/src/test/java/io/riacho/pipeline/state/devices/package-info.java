/// Tests, by property.
@NullMarked
package io.riacho.pipeline.state.devices;

import org.jspecify.annotations.NullMarked;
