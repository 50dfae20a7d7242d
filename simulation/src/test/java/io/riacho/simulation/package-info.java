/// Tests, by property.
@NullMarked
package io.riacho.simulation;

import org.jspecify.annotations.NullMarked;
