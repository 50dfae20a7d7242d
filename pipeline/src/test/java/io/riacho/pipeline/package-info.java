/// Tests, by property.
@NullMarked
package io.riacho.pipeline;

import org.jspecify.annotations.NullMarked;
