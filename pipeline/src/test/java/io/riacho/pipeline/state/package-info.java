/// Tests, by property.
@NullMarked
package io.riacho.pipeline.state;

import org.jspecify.annotations.NullMarked;
