/// Tests, by property.
@NullMarked
package io.riacho.lake;

import org.jspecify.annotations.NullMarked;
